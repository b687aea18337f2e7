import { groupPan, TEST_CARDS, TEST_CVV, type TestCard, testExpiry } from '../bank/cards.js';
import { type Order } from '../bank/order.js';
import { walletOf } from '../bank/page-wallets.js';
import { Html, html } from './html.js';
import { renderPage } from './layout.js';
import { WALLET_NAMES } from './wallet-page.js';
import { CARD_NAMES, formatMoney, formatTime, type Language, type Texts, TEXTS } from './texts.js';

export type PayField = 'card-number' | 'expiry' | 'cvv';

export interface PayPage {
  readonly order: Order;
  readonly merchantName: string;
  readonly testTerminal: boolean;
  readonly language: Language;
  readonly now: number;
  /** A test card to show filled in. */
  readonly fill?: TestCard;
  /** Wrong fields; what was typed is never shown again. */
  readonly wrong?: readonly PayField[];
  /** A wallet came with a token that does not pay this order. */
  readonly walletRefused?: boolean;
}

const ERRORS: Readonly<Record<PayField, 'wrongCard' | 'wrongExpiry' | 'wrongCvv'>> = {
  'card-number': 'wrongCard',
  expiry: 'wrongExpiry',
  cvv: 'wrongCvv',
};

interface Field {
  readonly name: PayField;
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly attributes: Html;
}

const field = ({ name, label, hint, value, attributes }: Field, page: PayPage): Html => {
  const wrong = page.wrong?.includes(name) === true;
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      data-testid="${name}"
      value="${value}"
      required
      ${attributes}
      aria-describedby="${name}-note"
      ${wrong && html`aria-invalid="true"`}
      ${page.wrong?.[0] === name && html`autofocus`}
    />
    <div id="${name}-note" class="${wrong ? 'wrong' : 'hint'}">
      ${wrong ? TEXTS[page.language][ERRORS[name]] : hint}
    </div>
  </div>`;
};

const NUMERIC = 'inputmode="numeric" autocomplete="off" spellcheck="false"';

function form(page: PayPage, texts: Texts): Html {
  const { order, fill, language, now } = page;
  const value = (text: string): string => (fill ? text : '');
  const number: Field = {
    name: 'card-number',
    label: texts.cardNumber,
    value: value(groupPan(fill?.pan ?? '')),
    attributes: new Html(`${NUMERIC} maxlength="23" placeholder="0000 0000 0000 0000"`),
  };
  const expiry: Field = {
    name: 'expiry',
    label: texts.expiry,
    hint: texts.expiryHint,
    value: value(testExpiry(now)),
    attributes: new Html(`${NUMERIC} maxlength="7" placeholder="12/29"`),
  };
  const cvv: Field = {
    name: 'cvv',
    label: texts.cvv,
    hint: texts.cvvHint,
    value: value(TEST_CVV),
    attributes: new Html(`${NUMERIC} maxlength="3" placeholder="•••"`),
  };
  return html`<form method="post" action="/pay" novalidate>
    ${page.wrong && html`<div class="alert" role="alert">${texts.checkForm}</div>`}
    <input type="hidden" name="hpp_id" value="${order.hppOrderId}" />
    <input type="hidden" name="lang" value="${language}" />
    ${field(number, page)}
    <div class="pair">${field(expiry, page)}${field(cvv, page)}</div>
    <button id="pay" class="primary" data-testid="pay">
      ${order.hold ? texts.hold : texts.pay} ${formatMoney(order.coinAmount, order.currencyCode, language)}
    </button>
  </form>`;
}

/** The wallets that the order takes; each leads to the payer's telephone. */
const wallets = ({ order, language }: PayPage): readonly Html[] =>
  (['APPLE_PAY', 'GOOGLE_PAY'] as const)
    .filter((wallet) => walletOf(order, wallet))
    .map(
      (wallet) =>
        html`<form method="get" action="/wallet">
          <input type="hidden" name="hpp_id" value="${order.hppOrderId}" />
          <input type="hidden" name="lang" value="${language}" />
          <button
            class="wallet"
            name="wallet"
            value="${wallet}"
            data-testid="${wallet.toLowerCase().replace('_', '-')}"
          >
            ${WALLET_NAMES[wallet]}
          </button>
        </form>`,
    );

const cardButton = (card: (typeof TEST_CARDS)[number], page: PayPage): Html =>
  html`<button
    class="quiet"
    name="fill"
    value="${card.name}"
    data-testid="card-${card.name}"
    data-pan="${groupPan(card.pan)}"
    data-expiry="${testExpiry(page.now)}"
    data-cvv="${TEST_CVV}"
  >
    <span>${CARD_NAMES[page.language][card.name]}</span><code>${groupPan(card.pan)}</code>
  </button>`;

const hints = (page: PayPage, texts: Texts): Html =>
  html`<section class="card" aria-labelledby="cards">
    <h2 id="cards">${texts.testCards} <span class="badge">test</span></h2>
    <p class="soft small">${texts.testCardsHint}</p>
    <form method="get" action="/pay" class="cards">
      <input type="hidden" name="hpp_id" value="${page.order.hppOrderId}" />
      <input type="hidden" name="lang" value="${page.language}" />
      ${TEST_CARDS.map((card) => cardButton(card, page))}
    </form>
    ${page.testTerminal && html`<p class="hint">${texts.kopiyky}</p>`}
  </section>`;

const cancel = ({ order, language }: PayPage, texts: Texts): Html =>
  html`<form method="post" action="/pay/cancel">
    <input type="hidden" name="hpp_id" value="${order.hppOrderId}" />
    <input type="hidden" name="lang" value="${language}" />
    <button class="quiet" data-testid="cancel">${texts.cancel}</button>
  </form>`;

const holdNote = ({ order: { hold }, language }: PayPage, texts: Texts): Html | false =>
  hold !== undefined &&
  html`<div class="soft" data-testid="hold">${texts.holdText} ${formatTime(hold.toldExpiry, language)}</div>`;

export function payPage(page: PayPage): string {
  const { order, merchantName, language } = page;
  const takesCards = order.paymentMethods.includes('CARD');
  const texts = TEXTS[language];
  const body = html`<section class="card stack">
      <div class="sum">
        <div>
          <h1>${texts.payTitle}</h1>
          <div class="soft">${texts.payTo}: ${merchantName}</div>
          ${order.purpose !== undefined && html`<div class="soft">${order.purpose}</div>`} ${holdNote(page, texts)}
        </div>
        <div class="amount" data-testid="amount">${formatMoney(order.coinAmount, order.currencyCode, language)}</div>
      </div>
      ${page.walletRefused && html`<div class="alert" role="alert">${texts.walletRefused}</div>`} ${wallets(page)}
      ${takesCards && form(page, texts)} ${cancel(page, texts)}
    </section>
    ${takesCards && hints(page, texts)}`;
  const switchTo = `/pay?hpp_id=${encodeURIComponent(order.hppOrderId)}&lang=`;
  return renderPage({ title: texts.payTitle, language, body, switchTo, script: takesCards });
}
