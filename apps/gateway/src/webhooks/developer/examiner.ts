import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { newWebhookSecret, signMessage } from '../delivery/signature.js';

export interface ExaminerOptions {
  readonly url: string;
  readonly secret: string;
  /** Answers `GET ?subject=…` with the sequences that took effect, in their order, as JSON. */
  readonly effects: string | undefined;
  readonly timeoutMs: number;
}

/** What came back: a status, `timeout`, or `closed`: the connection ended without an answer. */
export type Answer = number | 'timeout' | 'closed';

export interface Event {
  readonly id: string;
  readonly type: string;
  readonly subject: { readonly type: string; readonly id: string };
  readonly sequence: number;
}

/** How a delivery differs from what the gateway would send. */
export interface Tricks {
  readonly secrets?: readonly string[];
  /** Seconds by which it seems to have been sent later. */
  readonly laterBy?: number;
  /** Headers that are left out. */
  readonly without?: RegExp;
  /** How the event is written, before it is signed. */
  readonly write?: (event: object) => string;
  /** What is sent instead of what was signed. */
  readonly body?: string;
}

/** How long effects are waited for that a receiver brings about after its answer. Milliseconds. */
const EFFECT_MS = 3_000;
/** How long more are waited for when all that should be are there. Milliseconds. */
const SETTLE_MS = 100;
const PAUSE_MS = 50;

/** Sends events to a receiver as the gateway would, and as it never would. */
export class Examiner {
  constructor(private readonly options: ExaminerOptions) {}

  /** Events of a payment that nobody knows. */
  newPayment(): (sequence: number, type?: string) => Event {
    const subject = { type: 'payment', id: `pay_exam${randomBytes(8).toString('hex')}` };
    return (sequence, type = 'payment.processing') => {
      return { id: `evt_exam${randomBytes(8).toString('hex')}`, type, subject, sequence };
    };
  }

  /** A secret that the receiver does not have. */
  stranger(): string {
    return newWebhookSecret();
  }

  get own(): string {
    return this.options.secret;
  }

  async send(event: Event, tricks: Tricks = {}): Promise<Answer> {
    const { request, answer, body } = this.open(event, tricks);
    request.end(body);
    return answer;
  }

  /** Sends half of an event, does something else meanwhile, and then sends the rest. */
  async sendSlowly(event: Event, meanwhile: () => Promise<Answer>): Promise<[slow: Answer, other: Answer]> {
    const { request, answer, body } = this.open(event, {});
    const half = Math.floor(body.length / 2);
    request.write(body.slice(0, half));
    const other = await meanwhile();
    request.end(body.slice(half));
    return [await answer, other];
  }

  /** @returns undefined when nobody says what took effect */
  async effectsOf({ subject }: Event, expected: number): Promise<readonly number[] | undefined> {
    if (this.options.effects === undefined) return undefined;
    const url = new URL(this.options.effects);
    url.searchParams.set('subject', subject.id);
    let giveUpAt = performance.now() + EFFECT_MS;
    for (let isThere = false; ;) {
      const effects = await fetch(url).then(
        (response) => response.json(),
        () => undefined,
      );
      if (!Array.isArray(effects)) return undefined;
      if (performance.now() > giveUpAt) return effects.map(Number);
      if (!isThere && effects.length >= expected) [isThere, giveUpAt] = [true, performance.now() + SETTLE_MS];
      await sleep(PAUSE_MS);
    }
  }

  private open(event: Event, tricks: Tricks) {
    const { url, secret, timeoutMs } = this.options;
    const { secrets = [secret], laterBy = 0, without, write = JSON.stringify } = tricks;
    const data = { paymentId: event.subject.id };
    const shown = { object: 'event', ...event, data, livemode: false, createdAt: new Date().toISOString() };
    const signedBody = write(shown);
    const timestamp = Math.floor(Date.now() / 1_000) + laterBy;
    const signed = Object.entries(signMessage({ id: event.id, timestamp, body: signedBody }, secrets));
    const body = tricks.body ?? signedBody;
    const request = (url.startsWith('https:') ? requestHttps : requestHttp)(url, {
      method: 'POST',
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        ...Object.fromEntries(signed.filter(([name]) => without?.test(name) !== true)),
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
      },
    });
    return { request, answer: answerTo(request), body };
  }
}

async function answerTo(request: ClientRequest): Promise<Answer> {
  request.on('error', () => undefined); // also after the answer, when the rest of a body meets a closed connection
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode ?? 'closed';
  } catch (error) {
    return (error as Error).name === 'AbortError' || (error as Error).name === 'TimeoutError' ? 'timeout' : 'closed';
  } finally {
    setImmediate(() => request.destroy());
  }
}
