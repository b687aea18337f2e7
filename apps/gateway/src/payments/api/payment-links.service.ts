import { Injectable } from '@nestjs/common';
import { type KeyOwner } from '../../accounts/api-key.guard.js';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { newId } from '../../database/id.js';
import { pageOf, placeIn, writeCursor } from '../../http/paging.js';
import { invalid } from '../../http/validation.js';
import { PaymentLinks } from '../bank/payment-links.js';
import { PaymentError } from '../domain/payment-error.js';
import { linkStatus } from '../domain/payment-link.js';
import { type Answer, fingerprintOf, IdempotencyService } from '../engine/idempotency.service.js';
import { type NewPaymentLink, PaymentLinkRepository, type StandingLink } from '../store/payment-link.repository.js';
import {
  type ChangePaymentLink,
  type CreatePaymentLink,
  type ListPaymentLinks,
  type PaymentLinkPage,
  type PaymentLinkView,
} from './payment-link.dto.js';
import { methodOf } from './payment-view.js';
import { termsOf } from './payments.service.js';

/** Addresses that a merchant hands out. What they lead to is said in `link-clicks.service.ts`. */
@Injectable()
export class PaymentLinksService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly links: PaymentLinkRepository,
    private readonly idempotency: IdempotencyService,
    private readonly addresses: PaymentLinks,
  ) {}

  /** @throws HttpProblem `VALIDATION_FAILED`, PaymentError `PAYMENT_METHOD_UNAVAILABLE` | `IDEMPOTENCY_…` */
  async create({ caller, key }: { caller: KeyOwner; key: string }, body: CreatePaymentLink): Promise<Answer> {
    const { accountId, livemode } = caller;
    const { secret, a2aMerchantId } = await this.accounts.open(accountId);
    if (body.paymentMethod.type === 'bank_transfer' && a2aMerchantId === null)
      throw new PaymentError('PAYMENT_METHOD_UNAVAILABLE', 'the account has no terminal for transfers');
    const fingerprint = fingerprintOf(secret, 'POST /v1/payment-links', body);
    const link = newLink(body, { merchantAccountId: accountId, id: newId('link'), livemode });
    const request = { accountId, key, fingerprint, operationId: link.id, step: 'payment_link' };
    const begun = await this.idempotency.begin(request, async (tx) => {
      checkEnd(body.expiresAt);
      const view = this.view(await this.links.add(tx, link));
      return this.idempotency.settle(tx, request, 201, view);
    });
    if (begun.kind === 'resumed') throw new Error(`${begun.operationId} was kept without its answer`);
    return begun.kind === 'new' ? begun.value : begun.answer;
  }

  /** Newest first. @throws PaymentError `CURSOR_INVALID` */
  async list(accountId: string, { limit, cursor }: ListPaymentLinks): Promise<PaymentLinkPage> {
    const before = cursor === undefined ? undefined : placeIn(cursor, LINK_ID);
    if (cursor !== undefined && before === undefined)
      throw new PaymentError('CURSOR_INVALID', 'the cursor is not one that we gave out');
    const { rows, last } = pageOf(await this.links.list(accountId, limit + 1, before), limit);
    return { data: rows.map((row) => this.view(row)), nextCursor: last ? writeCursor(last.link.id) : null };
  }

  /** @throws PaymentError `PAYMENT_LINK_NOT_FOUND` */
  async get(accountId: string, id: string): Promise<PaymentLinkView> {
    return this.view((await this.links.find(accountId, id)) ?? notFound(id));
  }

  /** @throws HttpProblem `VALIDATION_FAILED`, PaymentError `PAYMENT_LINK_NOT_FOUND` */
  async change(accountId: string, id: string, changes: ChangePaymentLink): Promise<PaymentLinkView> {
    checkEnd(changes.expiresAt ?? undefined);
    return this.view((await this.links.change(accountId, id, changes)) ?? notFound(id));
  }

  private view(standing: StandingLink): PaymentLinkView {
    const { link } = standing;
    return {
      object: 'payment_link',
      id: link.id,
      url: this.addresses.payUrl(link.id),
      status: linkStatus({ ...standing, active: link.active }),
      active: link.active,
      usage: link.usage,
      amount: link.amount,
      currency: link.currency,
      captureMethod: link.kind === 'authorization' ? 'manual' : 'automatic',
      holdHours: link.holdHours,
      paymentMethod: methodOf(link),
      lineItems: link.page.lineItems ? [...link.page.lineItems] : null,
      livemode: link.livemode,
      reference: link.reference,
      description: link.description,
      returnUrl: link.returnUrl,
      language: link.language,
      metadata: link.metadata,
      expiresInMinutes: link.expiresInMinutes,
      expiresAt: link.expiresAt?.toISOString() ?? null,
      createdAt: link.createdAt.toISOString(),
      updatedAt: link.updatedAt.toISOString(),
    };
  }
}

const LINK_ID = /^link_[0-9a-f]{32}$/u;

const newLink = (
  body: CreatePaymentLink,
  owner: Pick<NewPaymentLink, 'merchantAccountId' | 'id' | 'livemode'>,
): NewPaymentLink => {
  const { usage, returnUrl = null, expiresAt = null } = body;
  return { ...owner, ...termsOf(body), usage, returnUrl, expiresAt };
};

/** @throws HttpProblem `VALIDATION_FAILED` */
function checkEnd(expiresAt: Date | undefined): void {
  if (expiresAt && expiresAt.getTime() <= Date.now())
    throw invalid([{ path: 'expiresAt', message: 'must be in the future' }]);
}

function notFound(id: string): never {
  throw new PaymentError('PAYMENT_LINK_NOT_FOUND', `there is no payment link ${id}`);
}
