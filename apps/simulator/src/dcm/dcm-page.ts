import { type LedgerEntry } from '../bank/ledger.js';
import { type Html, html } from '../pages/html.js';
import { renderPage } from '../pages/layout.js';
import { type Counterparty } from './counterparties.js';
import { type KeyView } from './dcm-control-routes.js';
import { operationSteps, type Step } from './operation-steps.js';

export interface BankView extends Counterparty {
  readonly kids: readonly string[];
  readonly logins: readonly string[];
}

export interface DcmPage {
  /** Base URL of the clients. */
  readonly baseUrl: string;
  readonly publicUrl: string;
  readonly keys: readonly KeyView[];
  readonly banks: readonly BankView[];
  /** Newest first. */
  readonly operations: readonly LedgerEntry[];
  readonly callbacks: readonly LedgerEntry[];
  readonly refused: readonly LedgerEntry[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** The page asks for itself again every few seconds. */
  readonly live: boolean;
}

const timeOf = (at: string): string => at.slice(11, 19);
const member = (entry: LedgerEntry, name: string): string => {
  const value = entry[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

const intro = ({ baseUrl, live }: DcmPage): Html =>
  html`<section class="card">
    <h1>DCM, the processing platform</h1>
    <p>
      Banks sign in here, register their keys and run operations; before each one DCM asks the bank's own Auth Service.
      Clients use the base URL <code>${baseUrl}</code>. Times are UTC.
    </p>
    <p class="soft">
      ${
        live
          ? html`This page follows along every 3 seconds. <a href="/dcm">Stop following</a>`
          : html`Start an operation and watch it below. <a href="/dcm?live=1">Follow along</a>`
      }
    </p>
  </section>`;

const mark = ({ ok }: Step): Html | false =>
  ok !== undefined && html`<strong class="${ok ? 'good' : 'bad'}">${ok ? 'Yes' : 'No'}</strong> `;

const OUTCOMES: Readonly<Record<string, string>> = { done: 'done', declined: 'declined', forbidden: 'forbidden' };
const SCHEMES: Readonly<Record<string, string>> = {
  bank: 'scheme BANK',
  dcm: 'scheme DCM',
  platform: 'platform guide',
};

const operation = (entry: LedgerEntry, callbacks: readonly LedgerEntry[]): Html =>
  html`<article class="step">
    <h3>
      <code>${member(entry, 'operation')}</code>
      <span class="badge">${SCHEMES[member(entry, 'scheme')] ?? ''}</span>
      <span class="soft">${OUTCOMES[member(entry, 'outcome')] ?? ''} at ${timeOf(entry.at)}</span>
    </h3>
    <ol>
      ${operationSteps(entry, callbacks).map((step) => html`<li>${mark(step)}${step.text}</li>`)}
    </ol>
  </article>`;

const operations = ({ operations: recent, callbacks }: DcmPage): Html =>
  html`<section class="card" id="operations">
    <h2>Last operations</h2>
    ${
      recent.length === 0
        ? html`<p class="soft">None yet. The examples below start one.</p>`
        : html`${recent.map((entry) => operation(entry, callbacks))}`
    }
  </section>`;

const table = (heads: readonly string[], rows: readonly Html[]): Html =>
  html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;

const refusedRow = (entry: LedgerEntry): Html =>
  html`<tr>
    <td>${timeOf(entry.at)}</td>
    <td><code>${member(entry, 'check')}</code></td>
    <td><code>${member(entry, 'path').replace(/^\/dcm\/api\/v1\//, '')}</code></td>
    <td><code>${member(entry, 'kid')}</code></td>
  </tr>`;

const refused = ({ refused: recent }: DcmPage): Html | false =>
  recent.length > 0 &&
  html`<section class="card" id="refused">
    <h2>Refused credentials</h2>
    <p class="hint">The caller sees one text for all of them. Why is told only here and in the ledger.</p>
    ${table(['At', 'Check', 'Call', 'kid'], recent.map(refusedRow))}
  </section>`;

const MINUTE_MS = 60_000;

export function ageOf(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / MINUTE_MS));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 2_880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 1_440)} days`;
}

/** A minute that has begun counts. */
const spanUntil = (at: string, now: number): string => ageOf(Date.parse(at) - now + MINUTE_MS - 1);

const keyState = ({ signing, signsFrom, removedAt }: KeyView, now: number): string => {
  const leaves = removedAt === undefined ? '' : `, leaves the set in ${spanUntil(removedAt, now)}`;
  if (signing) return `signs${leaves}`;
  const isNext = Date.parse(signsFrom) > now;
  return isNext ? `announced, signs in ${spanUntil(signsFrom, now)}` : `only verifies${leaves}`;
};

const keys = ({ keys: list, now }: DcmPage): Html =>
  html`<section class="card" id="keys">
    <h2>Keys of DCM</h2>
    ${table(
      ['kid', 'Age', 'State'],
      list.map(
        (key) =>
          html`<tr>
            <td><code>${key.kid}</code></td>
            <td>${ageOf(now - Date.parse(key.createdAt))}</td>
            <td>${keyState(key, now)}</td>
          </tr>`,
      ),
    )}
    <form class="pair" method="post" action="/dcm/keys/rotate">
      <button class="quiet" name="overlap" value="yes" data-testid="rotate-overlap">Rotate with overlap</button>
      <button class="quiet" name="overlap" value="no" data-testid="rotate-now">Rotate at once</button>
    </form>
    <p class="hint">
      With overlap the new key is announced 10 minutes before it signs, and the old one stays an hour longer. At once,
      banks meet a key they do not know and must fetch the set again.
    </p>
  </section>`;

const bankRow = ({ name, guid, authServiceUrl, kids, logins }: BankView): Html =>
  html`<tr>
    <td>${name}<br /><code>${guid}</code></td>
    <td><code>${authServiceUrl}</code></td>
    <td>${kids.length === 0 ? 'none' : html`<code>${kids.join(', ')}</code>`}</td>
    <td>${logins.length === 0 ? 'none' : logins.join(', ')}</td>
  </tr>`;

const banks = ({ banks: list }: DcmPage): Html =>
  html`<section class="card" id="counterparties">
    <h2>Counterparties</h2>
    ${
      list.length === 0
        ? html`<p class="soft">None yet: set COUNTERPARTIES_FILE or post one to /control/dcm/counterparties.</p>`
        : table(['Bank', 'Auth Service', 'Registered kids', 'Employees'], list.map(bankRow))
    }
  </section>`;

const WAYS: readonly (readonly [title: string, steps: readonly string[]])[] = [
  [
    'Scheme DCM',
    [
      'An employee logs in and calls with Authorization: Bearer.',
      'DCM checks the session and the roles, and signs a token with its own key.',
      'DCM asks the Bank Auth Service with it in X-Session-ID.',
      'Only a 200 with the required members lets the operation pass.',
    ],
  ],
  [
    'Scheme BANK',
    [
      'The bank signs a token and may try it with jwk/authenticate.',
      'It calls with CX-Authorization, and DCM verifies it with the registered key.',
      'DCM asks the Bank Auth Service with a token of its own, or passes the bank token on.',
      'Only a 200 with the required members lets the operation pass.',
    ],
  ],
];

const ways = html`<section class="card" id="ways">
  <h2>The two ways</h2>
  <div class="ways">
    ${WAYS.map(
      ([title, steps]) =>
        html`<div>
          <h3>${title}</h3>
          <ol>
            ${steps.map((step) => html`<li>${step}</li>`)}
          </ol>
        </div>`,
    )}
  </div>
</section>`;

const example = (title: string, command: string): Html =>
  html`<p class="small">${title}</p>
    <pre><code>${command}</code></pre>`;

const examples = ({ baseUrl, publicUrl, banks: [bank] }: DcmPage): Html => {
  const guid = bank?.guid ?? '<counterparty_guid>';
  const login = bank?.logins[0] ?? '<login>';
  const control = (path: string, body: string): string =>
    `curl -X POST '${publicUrl}/control/dcm/${path}' -d '${body}'`;
  return html`<section class="card" id="examples">
    <h2>Try it</h2>
    ${example(
      'Log in: the answer holds the flow id, the second call the session_token',
      `curl '${baseUrl}/kratos/self-service/login/api'\ncurl '${baseUrl}/kratos/self-service/login?flow=<id>' -d csrf_token= -d method=password --data-urlencode 'identifier=${login}' --data-urlencode 'password=<password>'`,
    )}
    ${example(
      'Create a customer in scheme DCM',
      `curl '${baseUrl}/api/v1/counterparty/${guid}/customers' -H 'Authorization: Bearer <session_token>' -d '{"asset_code":"UAH","asset_issuer":"GTEST","login":"cust-000042","name":"Olena"}'`,
    )}
    ${example('Pass the bank token on instead of signing anew', control('settings', '{"signer":"forward"}'))}
    ${example('Break the next question to the bank', control('faults', '{"kind":"callback_fail","httpStatus":502}'))}
    ${example('Let the clock of DCM go two minutes fast', control('faults', '{"kind":"skew_clock","skewMs":120000}'))}
    ${example('What really happened', `curl '${publicUrl}/control/ledger?kind=dcm.callback'`)}
  </section>`;
};

export function dcmPage(page: DcmPage): string {
  const body = html`${intro(page)} ${operations(page)} ${refused(page)} ${keys(page)} ${banks(page)} ${ways}
  ${examples(page)}`;
  const refresh = page.live && { refresh: { seconds: 3, url: '/dcm?live=1' } };
  return renderPage({ title: 'DCM', language: 'en', wide: true, body, ...refresh });
}
