import { type Operation } from '../bank/operation.js';
import { type Order, type OrderStatus } from '../bank/order.js';
import { html } from './html.js';
import { type Page, renderPage } from './layout.js';
import { formatMoney, type Language, type Texts, TEXTS, reasonOf } from './texts.js';

export interface ResultPage {
  readonly order: Order;
  readonly status: OrderStatus;
  readonly operation?: Operation;
  readonly language: Language;
}

interface Look {
  readonly mark: 'ok' | 'no' | 'wait';
  readonly sign: string;
  readonly title: keyof Texts;
  readonly text: keyof Texts;
}

const PAID: Look = { mark: 'ok', sign: '✓', title: 'success', text: 'successText' };
/** Held, not yet taken. */
const HELD: Look = { mark: 'ok', sign: '✓', title: 'held', text: 'heldText' };
const WAITING: Look = { mark: 'wait', sign: '…', title: 'processing', text: 'processingText' };

const LOOKS: Readonly<Record<OrderStatus, Look>> = {
  SUCCESS: PAID,
  PARTIAL_REFUND: PAID,
  FAIL: { mark: 'no', sign: '✕', title: 'fail', text: 'failText' },
  CANCELED: { mark: 'no', sign: '✕', title: 'canceled', text: 'canceledText' },
  PENDING: WAITING,
  REQUIRED_3DS: WAITING,
};

const lookOf = ({ status, operation }: ResultPage): Look =>
  status === 'SUCCESS' && operation?.type === 'PREAUTH' ? HELD : LOOKS[status];

const RETURN_AFTER_S = 60;

/** Where the payer goes back to. */
export const returnUrl = (order: Order, status: OrderStatus): string =>
  LOOKS[status].mark === 'ok' ? order.successUrl : order.failUrl;

const refreshOf = ({ order, status }: ResultPage, own: string): Pick<Page, 'refresh'> => {
  if (LOOKS[status] === WAITING) return { refresh: { seconds: 1, url: own } };
  if (order.statusPageType !== 'STATUS_TIMER_PAGE') return {};
  return { refresh: { seconds: RETURN_AFTER_S, url: returnUrl(order, status) } };
};

export function resultPage(page: ResultPage): string {
  const { order, status, operation, language } = page;
  const texts = TEXTS[language];
  const { mark, sign, title, text } = lookOf(page);
  const path = `/status?hpp_id=${encodeURIComponent(order.hppOrderId)}&lang=`;
  const { refresh } = refreshOf(page, path + language);
  const reason = operation?.status === 'FAIL' ? reasonOf(operation.result, language) : undefined;
  const body = html`<section class="card center" data-testid="result" data-status="${status}" role="status">
    <div class="mark ${mark}" aria-hidden="true">${sign}</div>
    <h1>${texts[title]}</h1>
    <p class="soft">${texts[text]}</p>
    <dl>
      <dt>${texts.amount}</dt>
      <dd>${formatMoney(order.coinAmount, order.currencyCode, language)}</dd>
      ${
        operation?.card &&
        html`<dt>${texts.card}</dt>
          <dd>${operation.card.mask}</dd>`
      }
      ${
        reason !== undefined &&
        html`<dt>${texts.reason}</dt>
          <dd>${reason}</dd>`
      }
      <dt>${texts.order}</dt>
      <dd><code>${order.hppOrderId}</code></dd>
    </dl>
    <a class="button primary" data-testid="back" href="${returnUrl(order, status)}">${texts.back}</a>
    ${refresh?.seconds === RETURN_AFTER_S && html`<p class="hint">${texts.timer}</p>`}
  </section>`;
  return renderPage({ title: texts[title], language, body, switchTo: path, ...(refresh && { refresh }) });
}
