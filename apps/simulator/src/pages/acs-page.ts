import { type Operation } from '../bank/operation.js';
import { html } from './html.js';
import { renderPage } from './layout.js';
import { formatMoney, type Language, TEXTS } from './texts.js';

export interface AcsPage {
  readonly challengeId: string;
  readonly operation: Operation;
  readonly merchantName: string;
  readonly language: Language;
  readonly wrongCode: boolean;
}

export function acsPage(page: AcsPage): string {
  const { challengeId, operation, language, wrongCode } = page;
  const { sourceAmount = operation.coinAmount, sourceCurrencyCode = '980' } = operation;
  const texts = TEXTS[language];
  const path = `/acs/${encodeURIComponent(challengeId)}`;
  const body = html`<section class="card">
    <h1>${texts.acsTitle}</h1>
    <p class="soft">${texts.acsText}</p>
    <dl>
      <dt>${texts.payTo}</dt>
      <dd>${page.merchantName}</dd>
      <dt>${texts.amount}</dt>
      <dd>${formatMoney(sourceAmount, sourceCurrencyCode, language)}</dd>
      <dt>${texts.card}</dt>
      <dd>${operation.card?.mask ?? ''}</dd>
    </dl>
    <form method="post" action="${path}" class="stack" novalidate>
      <input type="hidden" name="lang" value="${language}" />
      ${wrongCode && html`<div class="alert" role="alert">${texts.wrongOtp}</div>`}
      <div>
        <label for="otp">${texts.otp}</label>
        <input
          id="otp"
          name="otp"
          class="otp"
          data-testid="otp"
          inputmode="numeric"
          autocomplete="one-time-code"
          autofocus
          maxlength="8"
          aria-describedby="otp-note"
          ${wrongCode && html`aria-invalid="true"`}
        />
        <div id="otp-note" class="hint">${texts.acsHint}</div>
      </div>
      <button class="primary" name="action" value="confirm" data-testid="confirm">${texts.confirm}</button>
      <button class="quiet" name="action" value="reject" data-testid="reject">${texts.reject}</button>
    </form>
  </section>`;
  return renderPage({ title: texts.acsTitle, language, body, switchTo: `${path}?lang=` });
}
