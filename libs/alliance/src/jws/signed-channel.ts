import { Inject, Injectable } from '@nestjs/common';
import { type AxiosResponse } from 'axios';
import { type AllianceAccount, notConfigured } from '../account/alliance-account.js';
import { AllianceTransport, readTransportFailure, resolveUrl } from '../http/alliance-transport.js';
import { ALLIANCE_OPTIONS, type AllianceOptions, callTimeoutOf } from '../module/alliance.module-definition.js';
import { toError, UnreadableAnswer } from '../wire/bank-answer.js';
import { type BankCall, unknownOutcome } from '../client/bank-call.js';
import { rowOf } from '../calls/calls.js';
import { type BankKeyEndpoint, BankKeys, type KidOrigin, unknownKey } from './bank-keys.js';
import { type BankKeyResolver, openJws, refused, signJws } from './jws-codec.js';
import { readSignedAnswer } from './signed-answer.js';

const HEADERS = { 'Content-Type': 'text/plain', Accept: 'text/plain' } as const;

/** Calls under Authorization 2.0: no session, every attempt signed on its own, answers verified. */
@Injectable()
export class SignedChannel {
  readonly #options: AllianceOptions;
  readonly #transport: AllianceTransport;
  readonly #clock: () => Date;
  /** By the bank's origin: a test bank's keys are not those of the live one. */
  readonly #keys = new Map<string, BankKeys>();

  constructor(@Inject(ALLIANCE_OPTIONS) options: AllianceOptions, transport: AllianceTransport) {
    this.#options = options;
    this.#transport = transport;
    this.#clock = options.clock ?? (() => new Date());
  }

  /** Sends a call and returns the answer's JSON object, verified. @throws AllianceError */
  async send(call: BankCall): Promise<unknown> {
    call.startClock(callTimeoutOf(this.#options));
    const account = await call.loadAccount(this.#options.accounts);
    const response = await this.#post(call, account);
    const answer = await this.#read(call, response, this.#bankKeyOf(account, 'answer'));
    if ('refusal' in answer) throw toError(answer.refusal, call.endpoint.effect);
    return answer.json;
  }

  /**
   * Opens a token that the bank sent on its own, such as a signed callback. It is authentic, yet it may be a replay.
   * @throws AllianceError `ALLIANCE_JWS_REFUSED` | `ALLIANCE_UNKNOWN_BANK_KEY`
   */
  async open(account: AllianceAccount, token: string, origin: KidOrigin): Promise<Uint8Array> {
    return openJws(token, this.#bankKeyOf(account, origin));
  }

  /** The bank's keys alone: the merchant's own would make an answer of a request that somebody sends back to us. */
  #bankKeyOf(account: AllianceAccount, origin: KidOrigin): BankKeyResolver {
    const keys = this.#keysOf(account);
    return async (kid) => {
      if (kid === account.signingKey?.kid) throw refused('own_key', 'it is signed with the key of the merchant');
      return keys.get(kid, origin);
    };
  }

  async #post(call: BankCall, account: AllianceAccount): Promise<AxiosResponse<Buffer>> {
    if (!account.signingKey) throw notConfigured(account.id, 'signingKey');
    const url = resolveUrl(account.baseUrl, call.endpoint.path);
    const now = this.#clock();
    const facts = { targetUrl: new URL(url).pathname, now, tsAsText: this.#options.signatureTimeAsText ?? false };
    const data = signJws(call.buildBody(account, now), account.signingKey, facts);
    try {
      const sent = { alliance: call, method: 'post', url, headers: HEADERS, data, timeout: call.leftMs } as const;
      return await this.#transport.bare.request<Buffer>(sent);
    } catch (error) {
      const { reason, neverSent } = readTransportFailure(error);
      throw unknownOutcome(call, reason, neverSent);
    }
  }

  async #read(call: BankCall, response: AxiosResponse<Buffer>, resolve: BankKeyResolver) {
    try {
      return await readSignedAnswer(response.status, response.data, resolve);
    } catch (error) {
      throw unknownOutcome(call, error instanceof UnreadableAnswer ? error.reason : 'unreadable');
    }
  }

  #keysOf({ baseUrl }: AllianceAccount): BankKeys {
    const known = this.#keys.get(baseUrl.origin);
    if (known) return known;
    const { bankKeys = {}, onNewBankKey } = this.#options;
    const keys = new BankKeys({
      fetch: (endpoint, kid) => this.#fetchKey(baseUrl, endpoint, kid),
      clock: () => this.#clock().getTime(),
      pinned: bankKeys,
      ...(onNewBankKey && { onNewKey: onNewBankKey }),
    });
    this.#keys.set(baseUrl.origin, keys);
    return keys;
  }

  /** @throws AllianceError `ALLIANCE_UNKNOWN_BANK_KEY` where the bank cannot be asked: nobody knows whether the id exists */
  async #fetchKey(baseUrl: URL, endpoint: BankKeyEndpoint, kid: string): Promise<Uint8Array | undefined> {
    const url = resolveUrl(baseUrl, rowOf(endpoint).open?.path ?? '');
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
    let answer: AxiosResponse<Buffer>;
    try {
      answer = await this.#transport.bare.post<Buffer>(url, JSON.stringify({ kid }), { headers });
    } catch (error) {
      throw unknownKey(readTransportFailure(error).reason);
    }
    if (answer.status >= 500) throw unknownKey(`http_${answer.status}`);
    return answer.status === 200 ? answer.data : undefined;
  }
}
