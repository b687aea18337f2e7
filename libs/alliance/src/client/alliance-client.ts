import { Inject, Injectable } from '@nestjs/common';
import { type z } from 'zod';
import { clientKeysOf, loadAccount } from '../account/alliance-account.js';
import { AllianceError } from '../error/alliance-error.js';
import { AllianceHttpInterceptor } from '../http/alliance-http.interceptor.js';
import { ALLIANCE_OPTIONS, type AllianceOptions } from '../module/alliance.module-definition.js';
import { AllianceTransport, resolveUrl } from '../http/alliance-transport.js';
import {
  type AllianceRequest,
  BankCall,
  type CallOptions,
  invalidRequest,
  isBlank,
  unknownOutcome,
} from './bank-call.js';
import {
  type BankCallback,
  type BankOperation,
  type CreateHppOrder,
  type CreateRefund,
  type HppOrder,
} from './bank-order.js';
import { decodeCallback, decodeSignedCallback } from '../wire/callback-codec.js';
import { type Protocol } from '../calls/call.js';
import {
  type AccountCallId,
  type AnswerOf,
  type BodyOf,
  type CallId,
  CALLS,
  type PageId,
  type ProtocolOf,
  rowOf,
} from '../calls/calls.js';
import { endpointOf } from '../calls/endpoint-of.js';
import { looksLikeJwe, openJwe } from '../jwe/jwe-codec.js';
import { SignedChannel } from '../jws/signed-channel.js';

/** What a call of the table is told beside its body. */
export interface AccountCallOptions<Id extends AccountCallId> extends CallOptions {
  /** The authorization; needed where a call exists under both. */
  readonly protocol: ProtocolOf<Id>;
  /** Another terminal of the account than its own; of no use to a call that names none. */
  readonly merchantId?: string;
}

/**
 * The bank's whole protocol. Every method throws AllianceError; where its `noEffect` is false, query by
 * `merchantRequestId` before deciding anything.
 */
@Injectable()
export class AllianceClient {
  readonly #bank: AllianceHttpInterceptor;
  readonly #signed: SignedChannel;
  readonly #transport: AllianceTransport;
  readonly #options: AllianceOptions;

  constructor(
    bank: AllianceHttpInterceptor,
    signed: SignedChannel,
    transport: AllianceTransport,
    @Inject(ALLIANCE_OPTIONS) options: AllianceOptions,
  ) {
    this.#bank = bank;
    this.#signed = signed;
    this.#transport = transport;
    this.#options = options;
  }

  /** Cuts what is under way, whose outcome is then unknown, and takes no more calls. The module does so at its own end. */
  close(): Promise<void> {
    return this.#transport.onApplicationShutdown();
  }

  /**
   * Any documented call, its body checked before anything is sent. `merchantId` and `date` are filled in.
   * @throws AllianceError `ALLIANCE_INVALID_REQUEST` for a body that the documents do not allow, and as all methods
   * @example
   * const { operationId } = await alliance.call('shop', 'h2h.preauth.completion', completion, { protocol: '1.0' });
   */
  async call<Id extends AccountCallId>(
    accountId: string,
    id: Id,
    body: BodyOf<Id>,
    { protocol, merchantId, ...options }: AccountCallOptions<Id>,
  ): Promise<AnswerOf<Id>> {
    const members = {
      ...checkedBody(id, body),
      ...(merchantId !== undefined && namesTerminal(id) && { merchantId }),
    };
    return (await this.#exchange(accountId, { id, protocol, members, options })) as AnswerOf<Id>;
  }

  /**
   * Any endpoint, also one that the table of calls does not know.
   * @returns the answer's JSON object, opened and unchecked
   */
  async request(request: AllianceRequest): Promise<unknown> {
    return this.#bank.send(BankCall.of(request));
  }

  /** Address of a page of the bank, for the customer's browser. */
  async pageUrl<Id extends PageId>(accountId: string, id: Id, members: BodyOf<Id>): Promise<string> {
    const checked = checkedBody(id, members);
    const { baseUrl } = await loadAccount(this.#options.accounts, accountId);
    const path = (rowOf(id).page?.path ?? '').replace(/\{(\w+)\}/g, (_all, member: string) =>
      encodeURIComponent(String(checked[member])),
    );
    return resolveUrl(baseUrl, path);
  }

  /**
   * Reads a callback body in any of its forms. A signed one is verified, yet it may be a replay; the others prove
   * nothing. Query before deciding.
   * @throws AllianceError `ALLIANCE_INVALID_CALLBACK` | `ALLIANCE_JWE_REFUSED` | `ALLIANCE_JWS_REFUSED` | `ALLIANCE_UNKNOWN_BANK_KEY`
   */
  async readCallback(accountId: string, body: Uint8Array | string): Promise<BankCallback> {
    const account = await loadAccount(this.#options.accounts, accountId);
    const signed = await decodeSignedCallback(body, async (token) => {
      const payload = await this.#signed.open(account, token, 'callback');
      const text = Buffer.from(payload).toString('latin1');
      return looksLikeJwe(text) ? openJwe(text, clientKeysOf(account)) : payload; // signed and encrypted: undocumented
    });
    return signed ?? decodeCallback(body, clientKeysOf(account));
  }

  /**
   * Opens an order on the hosted page. It cannot charge before the customer gets `redirectUrl`.
   * @throws AllianceError
   * @example
   * const { redirectUrl, hppOrderId } = await alliance.createHppOrder('shop', {
   *   merchantRequestId: randomUUID(), // store it before you call
   *   coinAmount: 12_300, // kopiyky
   *   hppPayType: 'PURCHASE',
   *   paymentMethods: ['CARD', 'GOOGLE_PAY', 'APPLE_PAY'],
   *   successUrl: 'https://shop.example/thanks',
   *   failUrl: 'https://shop.example/sorry',
   *   statusPageType: 'STATUS_REDIRECT_MERCHANT_PAGE',
   *   customerData: { senderCustomerId: 'c-42' },
   * });
   */
  async createHppOrder(accountId: string, order: CreateHppOrder, options?: CallOptions): Promise<HppOrder> {
    return this.#callV1(accountId, 'hpp.create-order', order, options);
  }

  /**
   * An order of the hosted page with its operations, as it stands now.
   * @throws AllianceError
   * @example
   * const order = await alliance.hppOrder('shop', hppOrderId);
   * const paid = isPaid(order, { coinAmount: 12_300, merchantId });
   */
  async hppOrder(accountId: string, hppOrderId: string, options?: CallOptions): Promise<HppOrder> {
    return this.#callV1(accountId, 'hpp.operations', { hppOrderId }, options);
  }

  /**
   * One operation by the bank's id.
   * @throws AllianceError
   * @example
   * const { status } = await alliance.operation('shop', operationId, { timeoutMs: 5_000 });
   */
  async operation(accountId: string, operationId: string, options?: CallOptions): Promise<BankOperation> {
    return this.#callV1(accountId, 'h2h.operations.get', { id: operationId }, options); // not `operationId`
  }

  /**
   * One operation by our own id: what to ask after an unknown outcome.
   * @throws AllianceError
   * @example
   * const { status } = await alliance.operationByMerchantRequestId('shop', merchantRequestId);
   */
  async operationByMerchantRequestId(
    accountId: string,
    merchantRequestId: string,
    options?: CallOptions,
  ): Promise<BankOperation> {
    return this.#callV1(accountId, 'h2h.operations.by-merchant-request-id', { merchantRequestId }, options);
  }

  /**
   * Gives money back, in full or in part. The answer is PENDING first and may repeat the original's `operationId`.
   * @throws AllianceError
   * @example
   * const window = new SendWindow(); // right before your COMMIT
   * await alliance.refund('shop', { merchantRequestId: randomUUID(), operationId, coinAmount: 500 }, { window });
   */
  async refund(accountId: string, refund: CreateRefund, options?: CallOptions): Promise<BankOperation> {
    return this.#callV1(accountId, 'h2h.refund', refund, options);
  }

  /** The named methods of Authorization 1.0: `call`, with blank members left out and the terminal in the body. */
  async #callV1<Id extends AccountCallId>(
    accountId: string,
    id: Id,
    body: object,
    options?: CallOptions,
  ): Promise<AnswerOf<Id>> {
    const { merchantId, ...members } = body as { readonly merchantId?: string };
    const told = { ...options, protocol: '1.0', ...(merchantId !== undefined && { merchantId }) };
    return this.call(accountId, id, withoutBlanks(members) as BodyOf<Id>, told as AccountCallOptions<Id>);
  }

  async #exchange(accountId: string, { id, protocol, members, options }: Exchange): Promise<unknown> {
    const call = new BankCall(accountId, endpointOf(id, protocol), members, options);
    const channel = protocol === '1.0' ? this.#bank : this.#signed;
    const parsed = rowOf(id).answer.safeParse(await channel.send(call));
    if (!parsed.success) throw unknownOutcome(call, 'schema_mismatch');
    return parsed.data;
  }
}

const namesTerminal = (id: AccountCallId): boolean => rowOf(id).fills.includes('merchantId');

interface Exchange {
  readonly id: AccountCallId;
  readonly protocol: Protocol;
  readonly members: Readonly<Record<string, unknown>>;
  readonly options?: CallOptions | undefined;
}

/** The wire's form of a body. @throws AllianceError `ALLIANCE_INVALID_REQUEST` for what the documents do not allow */
function checkedBody(id: CallId, body: unknown): Readonly<Record<string, unknown>> {
  assertKnown(id);
  const checked = rowOf(id).body.safeParse(body);
  if (!checked.success) throw invalidBody(id, checked.error);
  return checked.data as Readonly<Record<string, unknown>>;
}

/** Names the members and never quotes them: a body may hold card data. */
function invalidBody(id: string, { issues }: z.ZodError): AllianceError {
  const members = [...new Set(issues.map(({ path }) => path.join('.') || 'body'))];
  const [member = 'body'] = members;
  const message = `The body of ${id} is not what the bank takes: ${members.join(', ')}`;
  return new AllianceError('ALLIANCE_INVALID_REQUEST', message, { reason: 'invalid_body', member, noEffect: true });
}

/** A copy without undefined, null and blank members, at any depth. */
function withoutBlanks(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(withoutBlanks);
  const members = Object.entries(value).filter(([, member]) => !isBlank(member));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutBlanks(member)]));
}

/** For callers without types. */
function assertKnown(id: CallId): void {
  if (!Object.hasOwn(CALLS, id)) throw invalidRequest('id', 'names no call of the table');
}
