import { type Order } from '../bank/order.js';
import { html } from './html.js';
import { renderPage } from './layout.js';
import { formatMoney, type Language, TEXTS } from './texts.js';

export interface TransferPage {
  readonly order: Order;
  readonly merchantName: string;
  readonly language: Language;
}

/** The application of the payer's bank: an account pays an A2A order. */
export function transferPage({ order, merchantName, language }: TransferPage): string {
  const texts = TEXTS[language];
  const body = html`<section class="card">
    <h1>${texts.transferTitle}</h1>
    <dl>
      <dt>${texts.payTo}</dt>
      <dd>${merchantName}</dd>
      <dt>${texts.amount}</dt>
      <dd data-testid="amount">${formatMoney(order.coinAmount, order.currencyCode, language)}</dd>
    </dl>
    <form method="post" action="/a2a" class="stack">
      <input type="hidden" name="order_id" value="${order.hppOrderId}" />
      <input type="hidden" name="lang" value="${language}" />
      ${
        order.editableAmount === true &&
        html`<div>
          <label for="amount">${texts.transferAmount}</label>
          <input
            id="amount"
            name="coin_amount"
            data-testid="coin-amount"
            inputmode="numeric"
            value="${order.coinAmount}"
          />
        </div>`
      }
      <button class="primary" data-testid="transfer">${texts.pay}</button>
    </form>
  </section>`;
  const switchTo = `/a2a?order_id=${encodeURIComponent(order.hppOrderId)}&lang=`;
  return renderPage({ title: texts.transferTitle, language, body, switchTo });
}

/** After 3DS, when the merchant named no address to go back to. */
export function donePage(language: Language): string {
  const texts = TEXTS[language];
  const body = html`<section class="card center" data-testid="three-ds-done">
    <div class="mark wait" aria-hidden="true">…</div>
    <h1>${texts.doneTitle}</h1>
    <p class="soft">${texts.doneText}</p>
  </section>`;
  return renderPage({ title: texts.doneTitle, language, body });
}

/** What redirect3dsUrl shows: it goes on to the page of the card's bank by itself. */
export function issuerPage(acsPath: string, language: Language): string {
  const texts = TEXTS[language];
  const body = html`<section class="card center">
    <h1>${texts.acsTitle}</h1>
    <form method="get" action="${acsPath}"><button class="primary" data-testid="to-acs">${texts.confirm}</button></form>
  </section>`;
  return renderPage({ title: texts.acsTitle, language, body, refresh: { seconds: 0, url: acsPath } });
}
