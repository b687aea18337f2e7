import { groupPan } from '../bank/cards.js';
import { type Order } from '../bank/order.js';
import { type WalletChoice, type WalletName } from '../bank/page-wallets.js';
import { type Html, html } from './html.js';
import { renderPage } from './layout.js';
import { CARD_NAMES, formatMoney, type Language, TEXTS } from './texts.js';

export const WALLET_NAMES: Readonly<Record<WalletName, string>> = { APPLE_PAY: 'Apple Pay', GOOGLE_PAY: 'Google Pay' };

export interface WalletPage {
  readonly order: Order;
  readonly wallet: WalletName;
  readonly choices: readonly WalletChoice[];
  readonly merchantName: string;
  readonly language: Language;
}

const choice = ({ card, token }: WalletChoice, { order, wallet, language }: WalletPage): Html =>
  html`<form method="post" action="/pay/wallet">
    <input type="hidden" name="hpp_id" value="${order.hppOrderId}" />
    <input type="hidden" name="lang" value="${language}" />
    <input type="hidden" name="wallet" value="${wallet}" />
    <input type="hidden" name="token" value="${token}" />
    <button class="quiet" data-testid="wallet-${card.name}">
      <span>${CARD_NAMES[language][card.name]}</span><code>${groupPan(card.pan)}</code>
    </button>
  </form>`;

/** The payer's telephone: a fake wallet, which hands out a token for the card that is chosen. */
export function walletPage(page: WalletPage): string {
  const { order, wallet, choices, merchantName, language } = page;
  const texts = TEXTS[language];
  const body = html`<section class="card stack">
    <div class="sum">
      <div>
        <h1>${WALLET_NAMES[wallet]} <span class="badge">test</span></h1>
        <div class="soft">${texts.payTo}: ${merchantName}</div>
      </div>
      <div class="amount" data-testid="amount">${formatMoney(order.coinAmount, order.currencyCode, language)}</div>
    </div>
    <p class="soft small">${texts.walletHint}</p>
    <div class="cards">${choices.map((one) => choice(one, page))}</div>
    <form method="get" action="/pay">
      <input type="hidden" name="hpp_id" value="${order.hppOrderId}" />
      <input type="hidden" name="lang" value="${language}" />
      <button class="quiet" data-testid="wallet-close">${texts.walletClose}</button>
    </form>
  </section>`;
  const switchTo = `/wallet?hpp_id=${encodeURIComponent(order.hppOrderId)}&wallet=${wallet}&lang=`;
  return renderPage({ title: WALLET_NAMES[wallet], language, body, switchTo });
}
