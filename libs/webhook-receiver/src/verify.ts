import { createHmac, timingSafeEqual } from 'node:crypto';
import { WebhookError } from './webhook-error.js';

/** A request as it came. */
export interface SignedRequest {
  /** Names in lower case, as Node, Express, Fastify and Nest have them; or the `Headers` of `fetch`. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes of the body, or its text as it came: never JSON that was parsed and written again. */
  readonly body: string | Uint8Array;
}

/** With what a request is verified. */
export interface VerifyOptions {
  /** `whsec_…`; two while you rotate. */
  readonly secrets: readonly string[];
  /** Seconds by which the gateway's clock and ours may differ, the way included; 300 when absent. */
  readonly toleranceSeconds?: number | undefined;
  /** Milliseconds since 1970; for tests. */
  readonly now?: (() => number) | undefined;
}

const PREFIX = 'whsec_';
/** Source: Standard Webhooks, "Verifying webhook authenticity"; its own libraries take five minutes. */
const USUAL_TOLERANCE = 300;
/** Signatures that are looked at: a header can hold thousands. */
const MOST_SIGNATURES = 10;
/** Bytes. Shorter, and it is no secret of anybody's. */
const SHORTEST_KEY = 16;
/** Bytes of a body. An event has less than two thousand. */
export const LONGEST_BODY = 64 * 1_024;

/**
 * Checks that a request was signed with one of the secrets, a short while ago. Compares in constant time.
 * @returns the id of the message: the same at every delivery of an event
 * @throws WebhookError `WEBHOOK_TOO_LARGE`, `WEBHOOK_HEADERS_MISSING`, `WEBHOOK_TIMESTAMP_OUTSIDE` or `WEBHOOK_SIGNATURE_WRONG`
 * @throws TypeError for a secret that is none, and for a body that was parsed
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @example
 * const headers = signWebhook({ id: 'evt_1', timestamp: Math.floor(Date.now() / 1_000), body: '{}' }, [secret]);
 * verifyWebhook({ headers, body: '{}' }, { secrets: [secret] }); // => 'evt_1'
 * verifyWebhook({ headers, body: '{ }' }, { secrets: [secret] }); // throws { code: 'WEBHOOK_SIGNATURE_WRONG' }
 */
export function verifyWebhook({ headers, body }: SignedRequest, options: VerifyOptions): string {
  checkBody(body);
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature').split(' ').slice(0, MOST_SIGNATURES);
  checkTime(timestamp, options);
  const expected = options.secrets.map((secret) => digestOf({ id, timestamp, body }, secret));
  const isOurs = signatures.some((signature) => {
    const given = /^v1,([A-Za-z0-9+/]{43}=)$/u.exec(signature)?.[1];
    return given !== undefined && expected.some((digest) => timingSafeEqual(digest, Buffer.from(given, 'base64')));
  });
  if (!isOurs) throw new WebhookError('WEBHOOK_SIGNATURE_WRONG', 'no signature fits the body and a secret');
  return id;
}

/**
 * Headers as the gateway sends them, for your tests.
 * @param message `timestamp` in seconds since 1970
 * @param secrets `whsec_…`; one signature for each
 * @example
 * signWebhook({ id: 'evt_1', timestamp: 1_614_265_330, body: '{}' }, [secret])['webhook-timestamp']; // => '1614265330'
 */
export function signWebhook(
  message: { readonly id: string; readonly timestamp: number; readonly body: string },
  secrets: readonly string[],
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(message.timestamp);
  const signatures = secrets.map((secret) => `v1,${digestOf({ ...message, timestamp }, secret).toString('base64')}`);
  return { 'webhook-id': message.id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

interface Message {
  readonly id: string;
  readonly timestamp: string;
  readonly body: string | Uint8Array;
}

const digestOf = ({ id, timestamp, body }: Message, secret: string): Buffer =>
  createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();

/** JavaScript callers give what their framework made of the body. */
function checkBody(body: unknown): asserts body is string | Uint8Array {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw new TypeError(
      'the body of a webhook must be given as it came, as bytes or text: no parser may see it before',
    );
  }
  if (Buffer.byteLength(body) > LONGEST_BODY) {
    throw new WebhookError('WEBHOOK_TOO_LARGE', `a webhook has at most ${LONGEST_BODY} bytes`);
  }
}

function checkTime(timestamp: string, { toleranceSeconds = USUAL_TOLERANCE, now = Date.now }: VerifyOptions): void {
  const differs = /^\d{1,12}$/u.test(timestamp) ? Math.abs(now() / 1_000 - Number(timestamp)) : Infinity;
  if (differs > toleranceSeconds) {
    throw new WebhookError('WEBHOOK_TIMESTAMP_OUTSIDE', `it was not sent within ${toleranceSeconds} s of now`);
  }
}

function headerOf(headers: SignedRequest['headers'], name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookError('WEBHOOK_HEADERS_MISSING', `there is no header ${name}, or more than one`);
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '', 'base64');
  if (key.length < SHORTEST_KEY) throw new TypeError('a webhook secret is whsec_ and base64 of at least 16 bytes');
  return key;
}
