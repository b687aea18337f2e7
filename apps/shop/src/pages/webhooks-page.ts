import { type Html, html } from '../html.js';
import { type Visit } from '../visit.js';
import { type WebhookLine, type Webhooks } from '../webhooks.js';
import { layout } from './layout.js';

/** How soon the page asks for news. */
const POLL_AFTER_MS = 1_000;

/** What the gateway has told this shop, as it arrives. */
export function webhooksPage(visit: Visit, webhooks: Webhooks): string {
  const { t } = visit;
  const content = html`<h1>${t.webhooks.title}</h1>
    <p>${webhooks.isOn ? t.webhooks.text : t.webhooks.off}</p>
    <section class="panel" data-poll="/webhooks/state" data-revision="${revisionOf(webhooks)}">
      ${panel(visit, webhooks)}
    </section>
    <p class="notice" id="connection-lost" role="status" hidden>${t.connectionLost}</p>`;
  const head = html`<script src="/poll.js" defer></script>
    <noscript><meta http-equiv="refresh" content="2" /></noscript>`;
  return layout(visit, { title: t.webhooks.title, content, head });
}

/** What the page's script polls, as on the page of an order. */
export function webhooksState(visit: Visit, webhooks: Webhooks) {
  return { revision: revisionOf(webhooks), pollAfterMs: POLL_AFTER_MS, panel: panel(visit, webhooks).markup };
}

const revisionOf = ({ lines: [latest] }: Webhooks): string => latest?.at.toISOString() ?? 'none';

function panel({ t }: Visit, { lines }: Webhooks): Html {
  const { columns, outcomes, none } = t.webhooks;
  if (lines.length === 0) return html`<p class="hint">${none}</p>`;
  return html`<table class="events" data-testid="events">
    <thead>
      <tr>
        ${Object.values(columns).map((column) => html`<th scope="col">${column}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${lines.map(({ at, outcome, event }: WebhookLine) => {
        const cells = [event?.type ?? '', event?.subject.id ?? '', event?.sequence ?? '', outcomes[outcome]];
        return html`<tr data-outcome="${outcome}">
          <td>${at.toISOString().slice(11, 19)}</td>
          ${cells.map((cell) => html`<td>${cell}</td>`)}
        </tr>`;
      })}
    </tbody>
  </table>`;
}
