import { type Payment, type PaymentStatus } from '../gateway-client.js';
import { type Html, html } from '../html.js';
import { type Dictionary } from '../i18n.js';
import { formatMoney } from '../money.js';
import { type Order } from '../orders.js';
import { type Visit } from '../visit.js';
import { layout } from './layout.js';
import { payAgain } from './notice-page.js';
import { orderLines } from './order-lines.js';

export interface OrderView {
  readonly id: string;
  /** Absent when the shop has been restarted since. */
  readonly order: Order | undefined;
  /** Absent when the payment was never started. */
  readonly payment: Payment | undefined;
}

interface Look {
  /** How many of the three steps are done. */
  readonly stepsDone: 1 | 2 | 3;
  readonly tone: 'wait' | 'good' | 'bad' | 'calm';
  /** How soon to ask again; `null` when nothing more will happen. */
  readonly pollAfterMs: number | null;
  /** The customer may put the same things in the cart and start over. */
  readonly again?: true;
}

type ShownStatus = PaymentStatus | 'none';

const LOOKS: Readonly<Record<ShownStatus, Look>> = {
  none: { stepsDone: 1, tone: 'calm', pollAfterMs: 5_000 },
  created: { stepsDone: 1, tone: 'wait', pollAfterMs: 1_000 },
  requires_confirmation: { stepsDone: 1, tone: 'calm', pollAfterMs: 5_000, again: true },
  requires_action: { stepsDone: 1, tone: 'wait', pollAfterMs: 1_000 },
  processing: { stepsDone: 1, tone: 'wait', pollAfterMs: 1_000 },
  authorized: { stepsDone: 2, tone: 'wait', pollAfterMs: 1_000 },
  succeeded: { stepsDone: 3, tone: 'good', pollAfterMs: null },
  failed: { stepsDone: 1, tone: 'bad', pollAfterMs: null, again: true },
  canceled: { stepsDone: 1, tone: 'bad', pollAfterMs: null, again: true },
  expired: { stepsDone: 1, tone: 'bad', pollAfterMs: null, again: true },
  needs_review: { stepsDone: 1, tone: 'calm', pollAfterMs: 10_000 },
};

const ICONS: Readonly<Record<Look['tone'], Html>> = {
  wait: html`<circle class="spin" cx="24" cy="24" r="16" pathLength="100" />`,
  good: html`<path d="M14 25l7 7 14-15" />`,
  bad: html`<path d="M16 16l16 16M32 16l-16 16" />`,
  calm: html`<path d="M24 14v11l7 5" />`,
};

const STEPS = ['placed', 'atBank', 'paid'] as const;

/** The bank's page while there is something to do on it. */
export const payUrl = (payment: Payment): string | null =>
  payment.status === 'created' || payment.status === 'requires_action' ? payment.redirectUrl : null;

const statusOf = (view: OrderView): ShownStatus => view.payment?.status ?? 'none';

/** What the page's script polls: `panel` replaces the shown one whenever `revision` has changed. */
export function orderState(visit: Visit, view: OrderView) {
  return {
    status: statusOf(view),
    revision: revisionOf(view),
    pollAfterMs: LOOKS[statusOf(view)].pollAfterMs,
    panel: statusPanel(visit, view).markup,
  };
}

export function orderPage(visit: Visit, view: OrderView): string {
  const { t } = visit;
  const { pollAfterMs } = LOOKS[statusOf(view)];
  const title = t.orderTitle(view.id.slice(0, 8).toUpperCase());
  const content = html`<h1>${title}</h1>
    <div class="columns">
      <section
        class="panel status"
        aria-live="polite"
        data-poll="${pollAfterMs !== null && `/orders/${view.id}/status`}"
        data-revision="${revisionOf(view)}"
      >
        ${statusPanel(visit, view)}
      </section>
      ${view.order && orderLines(visit, view.order.lines)}
    </div>
    <p class="notice" id="connection-lost" role="status" hidden>${t.connectionLost}</p>`;
  return layout(visit, { title, content, head: html`${pollAfterMs !== null && polling(pollAfterMs)}` });
}

/** The script asks for the state; a browser without scripts loads the page again. */
const polling = (pollAfterMs: number): Html =>
  html`<script src="/poll.js" defer></script>
    <noscript><meta http-equiv="refresh" content="${Math.max(2, pollAfterMs / 1_000)}" /></noscript>`;

const revisionOf = ({ payment }: OrderView): string => (payment ? `${payment.status} ${payment.updatedAt}` : 'none');

function statusPanel(visit: Visit, view: OrderView): Html {
  const status = statusOf(view);
  const { title, text } = visit.t.statuses[status];
  const { tone, stepsDone } = LOOKS[status];
  return html`<div class="${tone}" data-testid="order-status" data-status="${status}">
    ${steps(visit, stepsDone)}
    <svg class="icon" viewBox="0 0 48 48" width="48" height="48" aria-hidden="true">
      <circle class="ring" cx="24" cy="24" r="22" />
      ${ICONS[tone]}
    </svg>
    <h2>${title}</h2>
    <p>${text}</p>
    ${view.payment && paymentDetails(visit, view.payment)} ${nextAction(visit, view)}
  </div>`;
}

function steps({ t }: Visit, done: number): Html {
  return html`<ol class="steps">
    ${STEPS.map(
      (step, index) =>
        html`<li ${index < done && html`class="done"`} ${index === done && html`aria-current="step"`}>
          ${t.steps[step]}
        </li>`,
    )}
  </ol>`;
}

function paymentDetails({ t, language }: Visit, { amount, amountRefunded, failure, livemode }: Payment): Html {
  return html`<p class="amount">${formatMoney(amount, language)}</p>
    ${failure && html`<p class="code">${t.reason}: ${reasonOf(failure.code, t)} <code>${failure.code}</code></p>`}
    ${amountRefunded > 0 && html`<p class="notice">${t.refunded(formatMoney(amountRefunded, language))}</p>`}
    ${!livemode && html`<p class="hint">${t.testMode}</p>`}`;
}

/** A code this shop has no words for is shown as a plain refusal; the code itself stays beside it. */
function reasonOf(code: string, { reasons }: Dictionary): string {
  return Object.entries(reasons).find(([known]) => known === code)?.[1] ?? reasons.card_declined;
}

function nextAction({ t }: Visit, { id, order, payment }: OrderView): Html {
  if (!payment) return payAgain(id, t.startPayment);
  const url = payUrl(payment);
  if (url) return html`<a class="button" href="${url}" data-testid="continue">${t.continueToBank}</a>`;
  if (!LOOKS[payment.status].again || !order) return html``;
  return html`<form method="post" action="/orders/${id}/again"><button class="button">${t.orderAgain}</button></form>`;
}
