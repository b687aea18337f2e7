import { groupPan, TEST_CARDS, TEST_CVV, testExpiry } from '../bank/cards.js';
import { type Merchant } from '../bank/merchants.js';
import { type Order, orderStatusAt } from '../bank/order.js';
import { FAULT_KINDS, type FaultKind } from '../faults/faults.js';
import { type Html, html } from './html.js';
import { renderPage } from './layout.js';
import { CARD_NAMES, formatMoney } from './texts.js';

export interface StartPage {
  readonly publicUrl: string;
  readonly merchants: readonly Merchant[];
  readonly orders: readonly Order[];
  readonly now: number;
  /** How far the bank's clock is ahead of real time. */
  readonly aheadMs: number;
}

const MINUTE_MS = 60_000;

const spanOf = (ms: number): string => {
  const minutes = Math.round(ms / MINUTE_MS);
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor((minutes % 1_440) / 60), minutes % 60];
  return [days > 0 && `${days} d`, hours > 0 && `${hours} h`, `${rest} min`].filter(Boolean).join(' ');
};

const clock = ({ now, aheadMs }: StartPage): Html =>
  html`<section class="card" id="clock">
    <h2>The bank's clock</h2>
    <p>
      <code>${new Date(now).toISOString()}</code>,
      ${aheadMs === 0 ? 'which is real time.' : html`<strong>${spanOf(aheadMs)} ahead of real time.</strong>`}
    </p>
    <p class="soft">
      A step makes what waits happen: orders run out, sessions end, callbacks are tried again, DCM's keys change. The
      dates of your own requests stay right, and the tokens of DCM keep real time. A restart is at real time again.
    </p>
    <form class="pair" method="post" action="/clock/step">
      <button class="quiet" data-testid="clock-step">Let half an hour pass</button>
      ${
        aheadMs > 0 &&
        html`<button class="quiet" formaction="/clock/back" data-testid="clock-back">Back to real time</button>`
      }
    </form>
  </section>`;

const FAULT_TEXTS: Readonly<Record<FaultKind, string>> = {
  timeout_before: 'never answers, and nothing happened',
  timeout_after: 'never answers, although it was done',
  reset_before: 'connection torn down, and nothing happened',
  reset_after: 'connection torn down, although it was done',
  http_error: 'an HTML error page (503, or httpStatus)',
  html_200: 'an HTML page under HTTP 200',
  truncated_jwe: 'done, but the encrypted answer is cut',
  truncated_json: 'done, but the JSON answer is cut',
  error: "the bank's error envelope with msgCode",
  slow: 'waits delayMs, then acts and answers as usual',
  slow_answer: 'acts at once, answers after delayMs',
};

const intro = html`<section class="card">
  <h1>A bank to try things on</h1>
  <p>
    It speaks AlliancePay on the real wire protocol: sessions, encrypted bodies, a hosted payment page with 3-D Secure,
    callbacks with retries, refunds. It keeps a ledger of what really happened, and it breaks on request.
  </p>
  <p>
    Next door is <a href="/dcm">DCM, the processing platform</a>: keys of banks, log-ins, and operations that ask the
    bank first.
  </p>
  <p class="soft">No money moves here, and it knows only the test cards below. Never expose it to the internet.</p>
</section>`;

const cards = (now: number): Html =>
  html`<section class="card" id="cards">
    <h2>Test cards</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Number</th>
            <th scope="col">What happens</th>
            <th scope="col">Codes</th>
          </tr>
        </thead>
        <tbody>
          ${TEST_CARDS.map(
            ({ pan, name, result }) =>
              html`<tr>
                <td><code>${groupPan(pan)}</code></td>
                <td>${CARD_NAMES.en[name]}</td>
                <td><code>${result.actionCode}/${result.responseCode}</code></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="hint">
      Any future month such as ${testExpiry(now)}, CVV ${TEST_CVV}, 3-D Secure code 1234. On a terminal of kind "test"
      the kopiyky win: payments ending in 04 succeed, 05 and 06 fail; refunds ending in 16 succeed, 17 and 18 fail.
    </p>
  </section>`;

const orderRow = (order: Order, now: number): Html =>
  html`<tr>
    <td>
      <a href="/pay?hpp_id=${order.hppOrderId}"><code>${order.hppOrderId}</code></a>
    </td>
    <td>${formatMoney(order.coinAmount, order.currencyCode, 'en')}</td>
    <td>${orderStatusAt(order, now)}</td>
    <td><a href="/control/orders/${order.hppOrderId}">data</a></td>
  </tr>`;

const orders = ({ orders: recent, now }: StartPage): Html =>
  html`<section class="card" id="orders">
    <h2>Recent orders</h2>
    ${
      recent.length === 0
        ? html`<p class="soft">None yet. Create one through your gateway.</p>`
        : html`<div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">Order</th>
                  <th scope="col">Amount</th>
                  <th scope="col">Status</th>
                  <th scope="col">Data</th>
                </tr>
              </thead>
              <tbody>
                ${recent.map((order) => orderRow(order, now))}
              </tbody>
            </table>
          </div>`
    }
  </section>`;

const merchants = (list: readonly Merchant[]): Html =>
  html`<section class="card" id="merchants">
    <h2>Merchants</h2>
    ${
      list.length === 0
        ? html`<p class="soft">None yet: set MERCHANTS_FILE or post one to /control/merchants.</p>`
        : html`<div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">merchantId</th>
                  <th scope="col">Terminal</th>
                </tr>
              </thead>
              <tbody>
                ${list.map(
                  ({ name, merchantId, terminal }) =>
                    html`<tr>
                      <td>${name}</td>
                      <td><code>${merchantId}</code></td>
                      <td>${terminal}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
  </section>`;

const faults = html`<section class="card" id="faults">
  <h2>Faults to try</h2>
  <div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">kind</th>
          <th scope="col">What the caller sees</th>
        </tr>
      </thead>
      <tbody>
        ${(Object.keys(FAULT_KINDS) as FaultKind[]).map(
          (kind) =>
            html`<tr>
              <td><code>${kind}</code></td>
              <td>${FAULT_TEXTS[kind]}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>
</section>`;

const EXAMPLES: readonly (readonly [title: string, method: string, path: string, body?: string])[] = [
  ['What really happened', 'GET', '/control/ledger?kind=money.charged'],
  ['Lose the answer of the next refund', 'POST', '/control/faults', '{"kind":"timeout_after","path":"refund"}'],
  ['Deliver every callback twice', 'POST', '/control/callbacks', '{"mode":"duplicate"}'],
  ['See the deliveries', 'GET', '/control/callbacks'],
  ['End the sessions', 'POST', '/control/sessions/expire', '{}'],
  ['Let rrn and approvalCode come late', 'POST', '/control/personalities', '{"name":"late_traces"}'],
  ['See every personality of the bank', 'GET', '/control/personalities'],
  ['Let half an hour pass', 'POST', '/control/clock', '{"advanceMs":1800000}'],
  ['Back to real time', 'DELETE', '/control/clock'],
  ['Write the register of today', 'POST', '/control/registers', '{}'],
  ['Start anew, merchants stay', 'POST', '/control/reset'],
];

const control = (publicUrl: string): Html =>
  html`<section class="card" id="control">
    <h2>Control API</h2>
    ${EXAMPLES.map(
      ([title, method, path, body]) =>
        html`<p class="small">${title}</p>
          <pre><code>curl ${method !== 'GET' && `-X ${method} `}'${publicUrl}${path}'${body !== undefined && ` -d '${body}'`}</code></pre>`,
    )}
  </section>`;

export function startPage(page: StartPage): string {
  const body = html`${intro} ${orders(page)} ${clock(page)} ${cards(page.now)} ${faults} ${control(page.publicUrl)}
  ${merchants(page.merchants)}`;
  return renderPage({ title: 'Start', language: 'en', wide: true, body });
}
