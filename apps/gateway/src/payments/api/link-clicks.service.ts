import { Injectable } from '@nestjs/common';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { TokenBuckets } from '../../timing/token-buckets.js';
import { PaymentError } from '../domain/payment-error.js';
import { linkStatus, type LinkStatus, singleClick } from '../domain/payment-link.js';
import { paymentStatus } from '../domain/statuses.js';
import { IdempotencyRepository } from '../store/idempotency.repository.js';
import { type PaymentLinkEntity } from '../store/payment-link.entity.js';
import { PaymentLinkRepository, type StandingLink } from '../store/payment-link.repository.js';
import { PaymentRecords } from '../store/payment-records.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { type Led, LinkOrders } from './link-orders.service.js';

/** Clicks of one address in one process. */
const CLICKS = { perSecond: 1, atOnce: 30 };
/** Of one link, by whatever process: each of them opens an order at the bank. */
const PAYMENTS_PER_MINUTE = 120;

/** A link as its page shows it. */
export interface ShownLink {
  readonly link: PaymentLinkEntity;
  readonly status: LinkStatus;
  readonly merchant: string;
}

/** A payment as the page of its link shows it. */
export interface ShownPayment extends ShownLink {
  readonly payment: PaymentEntity;
  /** The bank's page, while it takes money. */
  readonly redirectUrl: string | null;
}

/** A press of the button. */
export interface Click {
  readonly linkId: string;
  /** Of the page that it was pressed on: two presses of one page are one click. */
  readonly pageId: string;
  readonly ip: string;
}

/** What strangers who have the address of a payment link see and do: each click makes an ordinary payment. */
@Injectable()
export class LinkClicksService {
  private readonly clicks = new TokenBuckets(CLICKS);

  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly links: PaymentLinkRepository,
    private readonly records: PaymentRecords,
    private readonly keys: IdempotencyRepository,
    private readonly orders: LinkOrders,
  ) {}

  /** @returns undefined where there is no such link */
  async look(linkId: string): Promise<ShownLink | undefined> {
    const standing = await this.links.findById(linkId);
    return standing && this.shown(standing);
  }

  /** @returns undefined where the link has no such payment */
  async lookAt(linkId: string, paymentId: string): Promise<ShownPayment | undefined> {
    const standing = await this.links.findById(linkId);
    if (!standing) return undefined;
    const { merchantAccountId } = standing.link;
    const payment = await this.records.payments.find(merchantAccountId, paymentId);
    if (payment?.linkId !== linkId) return undefined;
    const order = await this.records.operations.currentIntent(merchantAccountId, paymentId);
    const redirectUrl = paymentStatus(payment.status).payable ? (order?.redirectUrl ?? null) : null;
    return { ...(await this.shown(standing)), payment, redirectUrl };
  }

  /** @returns undefined where there is no such link @throws what opening an order throws */
  async click(click: Click): Promise<Led | undefined> {
    const standing = await this.links.findById(click.linkId);
    if (!standing) return undefined;
    const { link } = standing;
    if (linkStatus({ ...standing, active: link.active }) !== 'active') return { kind: 'closed' };
    if (!this.clicks.take(click.ip)) return { kind: 'too_many' };
    const { payments, lately, latest } = await this.links.paymentsOf(link, PAYMENTS_PER_MINUTE);
    const next = link.usage === 'single' ? singleClick(latest, payments) : undefined;
    if (next?.kind === 'same') return this.orders.leadTo(link, next.paymentId);
    if (lately >= PAYMENTS_PER_MINUTE) return { kind: 'too_many' };
    const key = keyOf(link, next ? String(next.attempt) : click.pageId);
    return this.orders.open(link, key, click.ip).catch((error: unknown) => this.whereNotOpened(error, link, key));
  }

  private async whereNotOpened(error: unknown, link: PaymentLinkEntity, key: string): Promise<Led> {
    if (!(error instanceof PaymentError)) throw error;
    if (error.code === 'PAYMENT_LINK_CLOSED') return { kind: 'closed' };
    if (error.code !== 'IDEMPOTENCY_IN_FLIGHT') throw error;
    return this.alreadyBegun(link, key);
  }

  /** Another press is being worked on: what it made is on record, since key and payment are written together. */
  private async alreadyBegun(link: PaymentLinkEntity, key: string): Promise<Led> {
    const accountId = link.merchantAccountId;
    const earlier = await this.keys.find({ accountId, key });
    const operation = earlier && (await this.records.operations.findOne(accountId, earlier.operationId));
    return operation ? this.orders.leadTo(link, operation.subjectId) : { kind: 'too_many' };
  }

  private async shown(standing: StandingLink): Promise<ShownLink> {
    const { link } = standing;
    const { name: merchant } = await this.accounts.open(link.merchantAccountId);
    return { link, merchant, status: linkStatus({ ...standing, active: link.active }) };
  }
}

/** Holds a space, so that it is none that a merchant can send. */
const keyOf = ({ id }: PaymentLinkEntity, which: string): string => `${id} ${which}`;
