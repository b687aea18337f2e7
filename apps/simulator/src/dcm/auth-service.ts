import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { type Ledger } from '../bank/ledger.js';
import { type Counterparty } from './counterparties.js';
import { type DcmFaults } from './dcm-faults.js';
import { type DcmSettings } from './dcm-settings.js';
import { readAtMost } from './http-body.js';
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

export interface AuthServiceOptions {
  readonly ledger: Ledger;
  readonly faults: DcmFaults;
  readonly settings: () => DcmSettings;
  /** Takes the last call, to be made once more on request. */
  readonly remember: (again: () => Promise<number | null>) => void;
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

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

  clear(): void {
    this.calls = 0;
  }

  private async callOnce(call: AuthCall, question: Question): Promise<Outcome> {
    const { counterparty, token, operationId, flow, obj, sub, kid, signer } = question;
    const url = `${counterparty.authServiceUrl}/${call}`;
    const facts = { operationId, counterpartyGuid: counterparty.guid, call, flow, obj, sub, signer, kid };
    const delay = this.options.faults.take('callback_delay', { call });
    if (delay) await sleep(delay.delayMs);
    const failure = this.options.faults.take('callback_fail', { call });
    if (failure) return this.write(facts, notGranted(failure.httpStatus), 0);
    const send = async (asFacts: JsonObject): Promise<Outcome> => {
      const startedAt = performance.now();
      const outcome = await this.send(url, token, call);
      return this.write(asFacts, outcome, Math.round(performance.now() - startedAt));
    };
    this.options.remember(async () => (await send({ ...facts, replay: true })).httpStatus);
    return send(facts);
  }

  private async send(url: string, token: string, call: AuthCall): Promise<Outcome> {
    this.calls += 1;
    const timeoutMs = this.options.settings().callback_timeout;
    const headers = { accept: 'application/json', 'x-session-id': token };
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await request(url, { headers, signal });
      const text = await readAtMost(answer.body, MAX_BODY_BYTES);
      if (answer.statusCode !== 200) return notGranted(answer.statusCode);
      const body = parse(text);
      const problem = problemOf(call, body);
      return problem === undefined ? { httpStatus: 200, body: body as JsonObject } : { httpStatus: 200, problem };
    } catch {
      return { httpStatus: null, problem: signal.aborted ? `no response within ${timeoutMs} ms` : 'connection failed' };
    }
  }

  private write(facts: JsonObject, outcome: Outcome, durationMs: number): Outcome {
    const { httpStatus, problem } = outcome;
    this.options.ledger.append('dcm.callback', { ...facts, httpStatus, durationMs, ...(problem && { problem }) });
    return outcome;
  }
}

const notGranted = (httpStatus: number): Outcome => ({
  httpStatus,
  problem: `response status code is not 200 but ${httpStatus}`,
});
