import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { type Ledger } from '../bank/ledger.js';
import { type Counterparty } from './counterparties.js';
import { type DcmFaults } from './dcm-faults.js';
import { type DcmSettings } from './dcm-settings.js';
import { refuse } from './refusal.js';
import { isObject, type JsonObject } from './strict-json.js';
import { type Flow } from './verifier.js';

/** Section 9, with the members that must be there. */
const CALLS = {
  user_auth: ['external_id', 'key'],
  external_id: ['external_id'],
  key: ['key'],
} as const satisfies Record<string, readonly string[]>;

export type AuthCall = keyof typeof CALLS;

/** Which calls a flow leads to, in order (G12). */
export const CHAINS: Readonly<Record<Flow, readonly AuthCall[]>> = {
  'sign-in': ['external_id', 'key'],
  'sign-up': ['user_auth'],
  'sign-up-processing': ['user_auth'],
  'sign-up-emission': ['user_auth'],
};

const MAX_BODY_BYTES = 65_536;
const MAX_EXTERNAL_ID = 500;

export interface Question {
  readonly counterparty: Counterparty;
  readonly flow: Flow;
  readonly obj: string;
  readonly sub: string;
  /** Bare token for X-Session-ID, and who made it. */
  readonly token: string;
  readonly kid: string;
  readonly signer: 'dcm' | 'bank';
  /** For the ledger. */
  readonly operationId: string;
}

/** What the bank granted. The secret itself is not kept. */
export interface Grant {
  readonly externalId: string;
  readonly keyHash: string;
}

interface Outcome {
  readonly httpStatus: number | null;
  readonly body?: JsonObject;
  /** Why the answer does not grant anything, in the style of the published texts. */
  readonly problem?: string;
}

interface LastCall {
  readonly call: AuthCall;
  readonly url: string;
  readonly token: string;
  readonly facts: JsonObject;
}

export interface AuthServiceOptions {
  readonly ledger: Ledger;
  readonly faults: DcmFaults;
  readonly settings: () => DcmSettings;
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

const readBody = async (stream: AsyncIterable<Buffer>): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const isFilled = (value: unknown): boolean => typeof value === 'string' && value !== '';

const problemOf = (call: AuthCall, body: unknown): string | undefined => {
  if (!isObject(body)) return 'invalid response body';
  const missing = CALLS[call].find((name) => !isFilled(body[name]));
  if (missing !== undefined) return `${missing} is missing in the response body`;
  const { external_id: externalId } = body;
  return typeof externalId === 'string' && externalId.length > MAX_EXTERNAL_ID ? 'external_id is too long' : undefined;
};

const parse = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return undefined;
  }
};

/** Asks the Bank Auth Service: one attempt, no redirects, a hard limit of time and size (G14). */
export class AuthService {
  /** Calls made since the start, replays included. */
  calls = 0;
  private last: LastCall | undefined;

  constructor(private readonly options: AuthServiceOptions) {}

  /** Runs the chain of the flow; any failure ends it. @throws WireError 400 */
  async ask(question: Question): Promise<Grant> {
    let granted: JsonObject = {};
    for (const call of CHAINS[question.flow]) {
      const { body, problem } = await this.callOnce(call, question);
      if (!body) throw refuse(400, `failed to authorize operation: ${call}: ${problem ?? 'failed'}`);
      granted = { ...granted, ...body };
    }
    return { externalId: String(granted['external_id']), keyHash: hashOf(String(granted['key'])) };
  }

  /** The last call once more, with the very same token; undefined when there was none. */
  async replay(): Promise<{ httpStatus: number | null } | undefined> {
    if (!this.last) return undefined;
    const { call, url, token, facts } = this.last;
    const startedAt = performance.now();
    const outcome = await this.send(url, token, call);
    this.write({ ...facts, replay: true }, outcome, Math.round(performance.now() - startedAt));
    return { httpStatus: outcome.httpStatus };
  }

  clear(): void {
    this.calls = 0;
    this.last = undefined;
  }

  private async callOnce(call: AuthCall, question: Question): Promise<Outcome> {
    const { counterparty, token, operationId, flow, obj, sub, kid, signer } = question;
    const url = `${counterparty.authServiceUrl}/${call}`;
    const facts = { operationId, counterpartyGuid: counterparty.guid, call, flow, obj, sub, signer, kid };
    const delay = this.options.faults.take('callback_delay', { call });
    if (delay) await sleep(delay.delayMs);
    const failure = this.options.faults.take('callback_fail', { call });
    this.last = { call, url, token, facts };
    const startedAt = performance.now();
    const outcome = failure ? notGranted(failure.httpStatus) : await this.send(url, token, call);
    this.write(facts, outcome, Math.round(performance.now() - startedAt));
    return outcome;
  }

  private async send(url: string, token: string, call: AuthCall): Promise<Outcome> {
    this.calls += 1;
    const timeoutMs = this.options.settings().callback_timeout;
    const headers = { accept: 'application/json', 'x-session-id': token };
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await request(url, { headers, signal });
      const text = await readBody(answer.body);
      if (answer.statusCode !== 200) return notGranted(answer.statusCode);
      const body = parse(text);
      const problem = problemOf(call, body);
      return problem === undefined ? { httpStatus: 200, body: body as JsonObject } : { httpStatus: 200, problem };
    } catch {
      return { httpStatus: null, problem: signal.aborted ? `no response within ${timeoutMs} ms` : 'connection failed' };
    }
  }

  private write(facts: JsonObject, { httpStatus, problem }: Outcome, durationMs: number): void {
    this.options.ledger.append('dcm.callback', { ...facts, httpStatus, durationMs, ...(problem && { problem }) });
  }
}

const notGranted = (httpStatus: number): Outcome => ({
  httpStatus,
  problem: `response status code is not 200 but ${httpStatus}`,
});
