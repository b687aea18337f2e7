import { type Html, html } from '../html.js';
import { type Visit } from '../visit.js';
import { layout } from './layout.js';

export interface Notice {
  readonly title: string;
  readonly text: string;
  /** The gateway's error code, for the support desk. */
  readonly code?: string;
  readonly action: Html;
}

/** One calm page for everything that did not work out. */
export function noticePage(visit: Visit, { title, text, code, action }: Notice): string {
  const content = html`<section class="panel notice-page">
    <h1>${title}</h1>
    <p>${text}</p>
    ${code && html`<p class="code">${visit.t.code}: <code data-testid="error-code">${code}</code></p>`}
    <div class="actions">${action}</div>
  </section>`;
  return layout(visit, { title, content });
}

export const toCatalogue = ({ t }: Visit): Html => html`<a class="button" href="/">${t.toCatalogue}</a>`;

export const startOver = ({ t }: Visit): Html => html`<a class="button" href="/checkout">${t.tryAgain}</a>`;

export const reload = ({ t }: Visit): Html => html`<a class="button" href="">${t.tryAgain}</a>`;

/** Sends the same order again: safe, because the order id is the idempotency key. */
export const payAgain = (orderId: string, label: string): Html =>
  html`<form method="post" action="/checkout">
    <input type="hidden" name="orderId" value="${orderId}" />
    <button class="button">${label}</button>
  </form>`;
