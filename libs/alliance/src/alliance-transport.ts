import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import axios, { type AxiosInstance, AxiosError, type AxiosRequestConfig } from 'axios';
import { ALLIANCE_OPTIONS, type AllianceOptions } from './alliance.module-definition.js';
import { SEND_WINDOW_OVER } from './send-guard.js';
import { UndiciAdapter } from './undici-adapter.js';

const DEFAULT_TIMEOUT_MS = 20_000;
/** Bytes of one answer of the bank. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

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

/** Two ways to the bank over one pool: `bare` for authorize, and whatever `equip` was given. */
@Injectable()
export class AllianceTransport implements OnModuleDestroy {
  readonly bare: AxiosInstance;
  private readonly undici: UndiciAdapter;

  constructor(@Inject(ALLIANCE_OPTIONS) options: AllianceOptions) {
    this.undici = new UndiciAdapter({
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    });
    this.bare = axios.create(PINNED);
    this.equip(this.bare);
  }

  equip(instance: AxiosInstance): void {
    instance.defaults.adapter = this.undici.adapter;
  }

  onModuleDestroy(): Promise<void> {
    return this.undici.close();
  }
}

/** Axios and undici codes. `neverSent`: not one byte of the request left. */
const TRANSPORT_FAILURES: Readonly<Record<string, { readonly reason: string; readonly neverSent?: true }>> = {
  ECONNREFUSED: { reason: 'not_connected', neverSent: true },
  ENOTFOUND: { reason: 'not_connected', neverSent: true },
  EAI_AGAIN: { reason: 'not_connected', neverSent: true },
  UND_ERR_CONNECT_TIMEOUT: { reason: 'not_connected', neverSent: true },
  [SEND_WINDOW_OVER]: { reason: 'send_window_over', neverSent: true },
  ECONNABORTED: { reason: 'timeout' },
  ETIMEDOUT: { reason: 'timeout' },
  ECONNRESET: { reason: 'connection_reset' },
  EPIPE: { reason: 'connection_reset' },
  UND_ERR_SOCKET: { reason: 'connection_reset' },
  UND_ERR_RES_EXCEEDED_MAX_SIZE: { reason: 'too_large' },
};

/** Takes only the code out of an axios error: the error itself holds headers and bodies. */
export function readTransportFailure(error: unknown): { readonly reason: string; readonly neverSent: boolean } {
  const code = error instanceof AxiosError ? (error.code ?? '') : '';
  const known = Object.hasOwn(TRANSPORT_FAILURES, code) ? TRANSPORT_FAILURES[code] : undefined;
  return { reason: known?.reason ?? 'transport', neverSent: known?.neverSent ?? false };
}
