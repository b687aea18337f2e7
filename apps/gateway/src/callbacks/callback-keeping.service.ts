import { Injectable } from '@nestjs/common';
import { PaymentError } from '../payments/domain/payment-error.js';
import { CallbackRepository, type GivenUpCallback } from './callback.repository.js';

/** What an operator sees of callbacks, and does about them. */
@Injectable()
export class CallbackKeepingService {
  constructor(private readonly callbacks: CallbackRepository) {}

  givenUp(limit: number): Promise<GivenUpCallback[]> {
    return this.callbacks.givenUp(limit);
  }

  /** @throws PaymentError `CALLBACK_NOT_FOUND` */
  async retry(accountId: string, id: string): Promise<void> {
    if (await this.callbacks.tryAgain(accountId, id)) return;
    throw new PaymentError('CALLBACK_NOT_FOUND', `there is no callback ${id} of ${accountId} that was given up`);
  }
}
