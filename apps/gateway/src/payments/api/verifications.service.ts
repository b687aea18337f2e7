import { Injectable } from '@nestjs/common';
import { newId } from '../../database/id.js';
import { SETTLEMENT_CURRENCY } from '../domain/money.js';
import { PaymentError } from '../domain/payment-error.js';
import { type Answer } from '../engine/idempotency.service.js';
import { currentOf } from '../store/operation.repository.js';
import { type Held, PaymentRecords } from '../store/payment-records.js';
import { IntentsService } from './intents.service.js';
import { type CreateVerification, type VerificationView } from './payment.dto.js';
import { viewVerification } from './payment-view.js';

/** Checks that a card is good. Nothing is taken, and nothing is held. */
@Injectable()
export class VerificationsService {
  constructor(
    private readonly intents: IntentsService,
    private readonly records: PaymentRecords,
  ) {}

  /** As a payment of nothing. @throws PaymentError `IDEMPOTENCY_MISMATCH` | `IDEMPOTENCY_IN_FLIGHT` */
  create({ accountId, key }: { accountId: string; key: string }, body: CreateVerification): Promise<Answer> {
    const { reference = null, description = null, ...terms } = body;
    const request = { accountId, key, route: 'POST /v1/verifications', body };
    return this.intents.open(request, {
      ...{ ...terms, reference, description, kind: 'verification', method: 'hosted_page', id: newId('ver') },
      ...{ amount: 0, currency: SETTLEMENT_CURRENCY, page: {}, holdHours: null, render },
    });
  }

  /** @throws PaymentError `VERIFICATION_NOT_FOUND` */
  async get(accountId: string, id: string): Promise<VerificationView> {
    const standing = await this.records.standing(accountId, id);
    if (standing?.payment.kind !== 'verification')
      throw new PaymentError('VERIFICATION_NOT_FOUND', `there is no verification ${id}`);
    const { payment, intents, ages } = standing;
    const redirectUrl = currentOf(intents)?.redirectUrl ?? null;
    return viewVerification(payment, { redirectUrl, pastExpiry: ages.pastExpiry });
  }
}

/** 202 while the bank's answer is unknown, and with it the link. */
const render = ({ payment, operation }: Held): { statusCode: number; view: VerificationView } => ({
  statusCode: payment.status === 'created' ? 202 : 201,
  view: viewVerification(payment, operation),
});
