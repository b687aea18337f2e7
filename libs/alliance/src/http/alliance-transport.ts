import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import axios, { type AxiosAdapter, AxiosError, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { ALLIANCE_OPTIONS, type AllianceOptions, DEFAULT_TIMEOUT_MS } from '../module/alliance.module-definition.js';
import { MAX_ANSWER_BYTES } from '../wire/bank-answer.js';
import { BankClock } from './bank-clock.js';
import { SEND_WINDOW_OVER } from './send-watch.js';
import { CLIENT_CLOSED, TransportFailure, UndiciAdapter } from './undici-adapter.js';

/** Bodies go out and come in as they are; every HTTP status is an answer, for the bank's errors come under any. */
export const PINNED: AxiosRequestConfig = {
  maxRedirects: 0,
  maxContentLength: MAX_ANSWER_BYTES,
  proxy: false,
  responseType: 'arraybuffer',
  transformRequest: [],
  transformResponse: [],
  validateStatus: () => true,
};

/** Ways to the bank over one pool: `bare` for what needs no session, `adapter` for single requests of other instances. */
@Injectable()
export class AllianceTransport implements OnApplicationShutdown {
  readonly bare: AxiosInstance;
  readonly #undici: UndiciAdapter;
  readonly #bankClock: BankClock;

  constructor(@Inject(ALLIANCE_OPTIONS) options: AllianceOptions, bankClock: BankClock) {
    this.#bankClock = bankClock;
    this.#undici = new UndiciAdapter({
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    });
    this.bare = axios.create({ ...PINNED, adapter: this.adapter });
  }

  readonly adapter: AxiosAdapter = async (config) => {
    const sentAt = this.#bankClock.now();
    const response = await this.#undici.adapter(config);
    const { url = '' } = config;
    if (URL.canParse(url)) this.#bankClock.note(new URL(url).origin, response.headers['date'], sentAt);
    return response;
  };

  /** Not when the application begins to stop: requests that it still answers need the bank. */
  onApplicationShutdown(): Promise<void> {
    return this.#undici.close();
  }
}

/** Reasons by axios' and undici's codes. */
const REASONS: Readonly<Record<string, string>> = {
  [SEND_WINDOW_OVER]: 'send_window_over',
  [CLIENT_CLOSED]: 'closed',
  UND_ERR_DESTROYED: 'closed',
  UND_ERR_CLOSED: 'closed',
  ABORT_ERR: 'aborted',
  ERR_CANCELED: 'aborted',
  ECONNABORTED: 'timeout',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  UND_ERR_SOCKET: 'connection_reset',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too_large',
};

/** Codes of a TLS connection that did not come up. Source: Node.js documentation, "X509 certificate error codes". */
const TLS_FAILURES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate_expired',
  CERT_NOT_YET_VALID: 'certificate_not_yet_valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate_wrong_host',
  HOSTNAME_MISMATCH: 'certificate_wrong_host',
  EPROTO: 'tls_protocol',
  ...Object.fromEntries(
    [
      ...['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_SIGNATURE_FAILURE', 'CERT_CHAIN_TOO_LONG'],
      ...['CERT_REVOKED', 'INVALID_CA', 'PATH_LENGTH_EXCEEDED', 'INVALID_PURPOSE', 'CERT_UNTRUSTED', 'CERT_REJECTED'],
    ].map((code) => [code, 'certificate_untrusted']),
  ),
};

/** Takes only the code out of an axios error: the error itself holds headers and bodies. */
export function readTransportFailure(error: unknown): { readonly reason: string; readonly neverSent: boolean } {
  const code = error instanceof AxiosError ? (error.code ?? '') : '';
  const facts = error instanceof TransportFailure ? error.facts : undefined;
  const usual = facts?.connecting === true ? 'not_connected' : (readOwn(REASONS, code) ?? 'transport');
  return { reason: readTls(code) ?? usual, neverSent: facts?.neverSent ?? false };
}

const readTls = (code: string): string | undefined =>
  code.startsWith('ERR_SSL_') ? 'tls_protocol' : readOwn(TLS_FAILURES, code);

const readOwn = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

/** Keeps a path prefix of the base, which `new URL(path, base)` would drop. */
export function resolveUrl(baseUrl: URL, path: string): string {
  return baseUrl.href.replace(/\/+$/, '') + path;
}
