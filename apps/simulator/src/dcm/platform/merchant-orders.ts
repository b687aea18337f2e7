import { createHash, randomUUID } from 'node:crypto';
import { type BankClock } from '../../bank/bank-clock.js';
import { byAnyClock, type Clocks } from '../clocks.js';
import { type Counterparty } from '../counterparties.js';
import { type DcmKeys } from '../dcm-keys.js';
import { kidOf, parseJws, signJws } from '../jws.js';
import { Refusal, refuse, WireError } from '../refusal.js';
import { type JsonObject } from '../strict-json.js';
import { PROFILES, verifyToken } from '../verifier.js';
import { type DcmMerchant } from './merchant.js';
import { type MerchantKeys } from './merchant-keys.js';
import { type MerchantOrder, type OrderClaims, type PlatformBook } from './platform-book.js';
import { type PlatformSender } from './platform-sender.js';

export interface MerchantOrdersOptions {
  readonly book: PlatformBook;
  readonly counterparties: ReadonlyMap<string, Counterparty>;
  readonly merchantKeys: MerchantKeys;
  readonly keys: DcmKeys;
  readonly sender: PlatformSender;
  readonly clock: BankClock;
  readonly clocks: Clocks;
}

/** Printed in the published sample of an expiration (section 10.1). */
const EXPIRED_CODE = 4001;
const NO_GUID = '00000000-0000-0000-0000-000000000000';

export const ORDER_NOT_FOUND =
  'func GetMerchantsOrderNbuJSONHandler() failed. Error: failed to get order by ID: get order by guid err: order not found';

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** Orders that merchants sign (profile D, G19). */
export class MerchantOrders {
  constructor(private readonly options: MerchantOrdersOptions) {}

  /** `base` is where the links lead. @throws Refusal | WireError 400 */
  async create(token: string, base: string, custom: boolean): Promise<JsonObject> {
    const tokenHash = hashOf(token);
    const known = this.options.book.findOrder((order) => order.tokenHash === tokenHash);
    return this.view(known ?? (await this.register(token, tokenHash)), base, custom);
  }

  /** @throws WireError 400 as published: with an empty object. */
  status(id: string): JsonObject {
    const order = this.options.book.order(id);
    if (!order) throw new WireError(400, {});
    const { claims, messageGuid, status, reason, code } = order;
    const message = this.options.book.message(messageGuid ?? '');
    return {
      order_id: order.id,
      status,
      reason,
      amount: claims.amt,
      currency: claims.cur,
      ref_number: claims.ref,
      purpose: claims.prp,
      payment_message_guid: messageGuid ?? '',
      payment_message_external_id: message?.claims['payment_message_external_id'] ?? '',
      amount_matched: message ? true : null,
      ref_found: null,
      callback_guid: messageGuid ?? null,
      code,
      sender_account_iban: '',
      receiver_account_iban: '',
    };
  }

  /** What the initiating bank reads. @throws WireError 400 */
  details(id: string): JsonObject {
    const order = this.options.book.order(id);
    const owner = order && this.ownerOf(order.claims.sub);
    if (!order || !owner) throw refuse(400, ORDER_NOT_FOUND);
    const { exp, amt, cur, ref, prp, sub: uid } = order.claims;
    const { name: recn, taxNumber: recc, account: acc, mcc, logoUrl } = owner.merchant;
    const { fri } = order.claims;
    const details = { id: order.id, exp, amt, cur, ref, prp, uid, recn, recc, acc, mcc, bic: owner.bank.bic };
    return { ...details, ...(logoUrl !== undefined && { logo_url: logoUrl }), ...(fri !== undefined && { fri }) };
  }

  ownerOf(uid: string): { bank: Counterparty; merchant: DcmMerchant } | undefined {
    for (const bank of this.options.counterparties.values()) {
      const merchant = bank.merchants.find((candidate) => candidate.uid === uid.toLowerCase());
      if (merchant) return { bank, merchant };
    }
    return undefined;
  }

  /** Cancels the order at its deadline, unless a payment came first. */
  watch({ id, claims }: MerchantOrder): void {
    const { clock } = this.options;
    const expire = () => {
      this.expire(id);
    };
    const [exp, iat] = [claims.exp * 1_000, claims.iat * 1_000];
    const isOfRealTime = Math.abs(iat - clock.wall()) < Math.abs(iat - clock.now());
    if (isOfRealTime) clock.after(exp - clock.wall(), expire);
    else clock.at(exp, expire);
  }

  private async register(token: string, tokenHash: string): Promise<MerchantOrder> {
    const { claims, bank } = await this.verify(token);
    const { book } = this.options;
    const isTaken = (order: MerchantOrder) => order.claims.sub === claims.sub && order.claims.ref === claims.ref;
    const twin = book.findOrder(isTaken);
    if (twin?.tokenHash === tokenHash) return twin; // came in while this one was verified
    if (twin) throw refuse(400, 'order with provided ref already exists');
    const order = book.saveOrder({
      id: randomUUID(),
      tokenHash,
      recipientGuid: bank.guid,
      claims,
      status: 'Created',
      reason: '',
      code: null,
    });
    this.watch(order);
    return order;
  }

  /** `sub` is read before the verification only to pick the set (section 7). */
  private async verify(token: string): Promise<{ claims: OrderClaims; bank: Counterparty }> {
    const { sub } = parseJws(token, PROFILES.order.maxBytes).payload;
    const owner = typeof sub === 'string' ? this.ownerOf(sub) : undefined;
    if (!owner) throw new Refusal('merchant_unknown');
    const keys = await this.options.merchantKeys.of(owner.merchant, kidOf(token));
    const claims = byAnyClock(this.options.clocks, (now) => {
      const verified = verifyToken(token, { profile: 'order', keys, now }).claims as OrderClaims;
      if (verified.exp <= now) throw new Refusal('expired'); // a deadline knows no skew (G19)
      return verified;
    });
    return { claims, bank: owner.bank };
  }

  private expire(id: string): void {
    const order = this.options.book.order(id);
    if (order?.status !== 'Created') return;
    this.options.book.saveOrder({ ...order, status: 'Canceled', reason: 'Order is expired', code: EXPIRED_CODE });
    const url = this.ownerOf(order.claims.sub)?.merchant.callbackUrl;
    if (url === undefined) return;
    const { amt: amount, cur: currency } = order.claims;
    const claims = {
      amount,
      amount_matched: 'null',
      callback_guid: 'null',
      code: EXPIRED_CODE,
      currency,
      order_id: id,
      payment_message_external_id: 'null',
      payment_message_guid: NO_GUID,
    };
    this.options.sender.send({ callback: 'order-expiration', url, claims, orderId: id });
  }

  private view({ id }: MerchantOrder, base: string, custom: boolean): JsonObject {
    const link = (mobile: number) => `${base}/api/v1/merchants/order?id=${id}&mobile=${mobile}`;
    const links = { id, link_deeplinks: link(1), link_qr: link(0) };
    return custom ? { ...links, jwt: signJws(this.details(id), this.options.keys.signer()) } : links;
  }
}
