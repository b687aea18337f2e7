import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { transactionGuard } from '../../database/transaction-guard.js';
import { type AddressGuard } from './address-guard.js';
import { type AddressResolver } from './address-resolver.js';

/** Milliseconds for one attempt as a whole, with the name server. Source: docs/correctness.md, "Webhooks". */
export const ATTEMPT_MS = 15_000;
/** Bytes of an answer that are read; the rest is cut off. */
const ANSWER_BYTES = 1_024;

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** address_refused: private or special · name_unknown: no name server knows it · timeout · connection: refused, reset, TLS */
export type PostFailure = 'address_refused' | 'name_unknown' | 'timeout' | 'connection';

export type PostResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfter: string | undefined;
      readonly answer: Buffer;
    }
  | { readonly kind: 'failed'; readonly reason: PostFailure };

/** Whom a post may reach. */
export class Reach {
  constructor(
    readonly guard: AddressGuard,
    readonly resolver: AddressResolver,
  ) {}
}

/**
 * Posts to an address that a merchant gave us. The name is resolved once, every address of it is checked, and the
 * connection goes to an address that was checked: a name that means another host a moment later leads nowhere. No
 * redirect is followed. Never throws.
 */
export async function guardedPost(post: Post, { resolver, guard }: Reach, timeoutMs = ATTEMPT_MS): Promise<PostResult> {
  transactionGuard.forbid('a request over the network');
  const signal = AbortSignal.timeout(timeoutMs);
  const timedOut = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('timeout'));
    });
  });
  try {
    const addresses = await Promise.race([resolver.addressesOf(post.url.hostname), timedOut]);
    if (addresses.length === 0) return { kind: 'failed', reason: 'name_unknown' };
    if (!addresses.every((address) => guard.permits(address))) return { kind: 'failed', reason: 'address_refused' };
    return await postToFirst(post, addresses, signal);
  } catch {
    return { kind: 'failed', reason: signal.aborted ? 'timeout' : 'connection' };
  }
}

/** An address that nobody listens on is followed by the next one; what was reached is asked once. */
async function postToFirst(post: Post, addresses: readonly string[], signal: AbortSignal): Promise<PostResult> {
  for (const [index, address] of addresses.entries()) {
    try {
      return await postTo(post, address, signal);
    } catch (error) {
      const { code = '' } = error as { readonly code?: string };
      const isUnreached = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code);
      if (signal.aborted || !isUnreached || index === addresses.length - 1) throw error;
    }
  }
  throw new Error('no address');
}

function postTo({ url, headers, body }: Post, address: string, signal: AbortSignal): Promise<PostResult> {
  return new Promise((resolve, reject) => {
    const isTls = url.protocol === 'https:';
    const request: ClientRequest = (isTls ? requestHttps : requestHttp)({
      host: address,
      port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body), connection: 'close' },
      agent: false, // a socket that is kept belongs to a check of before
      lookup: refuseToResolve,
      signal,
      ...(isTls && isName(url.hostname) && { servername: url.hostname }), // the certificate is that of the name
    });
    request.on('error', reject);
    request.once('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new Error('upgrade'));
    });
    request.once('response', (response) => {
      request.off('error', reject).on('error', () => undefined); // the status has come
      void readStart(response).then((answer) => {
        request.destroy();
        resolve({
          ...{ kind: 'answered', status: response.statusCode ?? 0, answer },
          retryAfter: response.headers['retry-after'],
        });
      });
    });
    request.end(body);
  });
}

const isName = (hostname: string): boolean => !hostname.startsWith('[') && !/^[\d.]+$/u.test(hostname);

/** Nothing is left to resolve: `host` is an address. */
function refuseToResolve(): never {
  throw new Error('an address that was not checked');
}

/** The status counts, however the rest of the answer ends. */
async function readStart(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      length += part.length;
      if (length >= ANSWER_BYTES) break;
    }
  } catch {
    // cut off
  }
  return Buffer.concat(parts).subarray(0, ANSWER_BYTES);
}
