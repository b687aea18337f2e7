import { Injectable } from '@nestjs/common';
import { type KeyOwner } from '../../accounts/api-key.guard.js';
import { SecretText } from '../../accounts/secret-text.js';
import { newId } from '../../database/id.js';
import { pageOf, placeIn, writeCursor } from '../../http/paging.js';
import { PaymentError } from '../domain/payment-error.js';
import { type Answer } from '../engine/idempotency.service.js';
import { kindsOf } from '../kinds/kinds.js';
import { type Held, PaymentRecords } from '../store/payment-records.js';
import { IntentsService } from './intents.service.js';
import { viewPayout } from './payment-view.js';
import { type CreatePayout, type ListPayouts, type PayoutPage, type PayoutView } from './payout.dto.js';

/** Sends money from the merchant's account to a card. */
@Injectable()
export class PayoutsService {
  constructor(
    private readonly intents: IntentsService,
    private readonly records: PaymentRecords,
  ) {}

  /**
   * On record before the bank hears of it; sent once. 201 when the bank has said what it does, 202 while nobody knows.
   * @throws PaymentError `PAYOUT_OVER_LIMIT` | `IDEMPOTENCY_MISMATCH` | `IDEMPOTENCY_IN_FLIGHT`
   */
  create({ caller, key }: { caller: KeyOwner; key: string }, body: CreatePayout): Promise<Answer> {
    const { accountId, payoutLimit } = caller;
    const { destination, recipient, reference = null, description = null, ...terms } = body;
    if (payoutLimit !== null && body.amount > payoutLimit)
      throw new PaymentError('PAYOUT_OVER_LIMIT', `the key may send ${payoutLimit} kopiyky at a time`);
    const { encryptedNumber, ...kept } = destination; // encrypted anew for every try, so that a repeat cannot have it in common
    const request = { accountId, key, route: 'POST /v1/payouts', body: { ...body, destination: kept } };
    return this.intents.open(request, {
      ...{ ...terms, id: newId('po'), kind: 'payout', method: 'card', reference, description },
      ...{ customer: recipient, card: { number: SecretText.of(encryptedNumber) }, returnUrl: null, language: null },
      ...{ page: {}, holdHours: null, expiresInMinutes: SHOWN_FOR, render },
    });
  }

  /** @throws PaymentError `PAYOUT_NOT_FOUND` */
  async get(accountId: string, id: string): Promise<PayoutView> {
    const row = await this.records.payments.find(accountId, id);
    if (row?.kind !== 'payout') throw new PaymentError('PAYOUT_NOT_FOUND', `there is no payout ${id}`);
    return viewPayout(row);
  }

  /** Newest first. @throws PaymentError `CURSOR_INVALID` */
  async list(accountId: string, { limit, cursor, ...filter }: ListPayouts): Promise<PayoutPage> {
    const before = cursor === undefined ? undefined : placeIn(cursor, PAYOUT_ID);
    if (cursor !== undefined && before === undefined)
      throw new PaymentError('CURSOR_INVALID', 'the cursor is not one that we gave out');
    const kinds = kindsOf('payout');
    const wanted = { kinds, limit: limit + 1, before, status: filter.status, reference: filter.reference };
    const { found } = await this.records.payments.list(accountId, wanted);
    const { rows, last } = pageOf(found, limit);
    return { data: rows.map(viewPayout), nextCursor: last ? writeCursor(last.id) : null };
  }
}

const PAYOUT_ID = /^po_[0-9a-f]{32}$/u;

/** Minutes. Nobody is waited for; only the clock of what is in doubt counts. */
const SHOWN_FOR = 1_440;

/** 202 while nobody knows what became of it. */
const render = ({ payment }: Held): { statusCode: number; view: PayoutView } => ({
  statusCode: payment.status === 'created' ? 202 : 201,
  view: viewPayout(payment),
});
