import { type Order, type OrderStatus } from '../bank/order.js';
import { html } from './html.js';
import { renderPage } from './layout.js';
import { returnUrl } from './result-page.js';
import { type Language, type Texts, TEXTS } from './texts.js';

const REASONS: Readonly<Partial<Record<OrderStatus, keyof Texts>>> = {
  SUCCESS: 'paidText',
  PARTIAL_REFUND: 'paidText',
  FAIL: 'failedText',
  CANCELED: 'canceledText',
};

export interface ClosedPage {
  readonly order: Order;
  readonly status: OrderStatus;
  readonly expiredUnpaid: boolean;
  readonly language: Language;
}

export function closedPage({ order, status, expiredUnpaid, language }: ClosedPage): string {
  const texts = TEXTS[language];
  const reason = expiredUnpaid ? 'expiredText' : (REASONS[status] ?? 'expiredText');
  const body = html`<section class="card center" data-testid="order-closed">
    <div class="mark wait" aria-hidden="true">!</div>
    <h1>${texts.closedTitle}</h1>
    <p class="soft">${texts[reason]}</p>
    <a class="button primary" data-testid="back" href="${returnUrl(order, status)}">${texts.back}</a>
  </section>`;
  const switchTo = `/pay?hpp_id=${encodeURIComponent(order.hppOrderId)}&lang=`;
  return renderPage({ title: texts.closedTitle, language, body, switchTo });
}

export function notFoundPage(language: Language): string {
  const texts = TEXTS[language];
  const body = html`<section class="card center" data-testid="order-not-found">
    <div class="mark no" aria-hidden="true">?</div>
    <h1>${texts.notFoundTitle}</h1>
    <p class="soft">${texts.notFoundText}</p>
  </section>`;
  return renderPage({ title: texts.notFoundTitle, language, body });
}
