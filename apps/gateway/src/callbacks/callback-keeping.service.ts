import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Keystore } from '#libs/keystore';
import { PaymentError } from '../payments/domain/payment-error.js';
import { CallbackRepository, type GivenUpCallback, type KeptCallback } from './callback.repository.js';
import { callbackPlace } from './callbacks.service.js';

/** A callback as the bank posted it. It names the customer. */
export interface OpenedCallback extends Omit<KeptCallback, 'bodySealed'> {
  readonly sha256: string;
  readonly bodyBase64: string;
}

/** What an operator sees of callbacks, and does about them. */
@Injectable()
export class CallbackKeepingService {
  constructor(
    private readonly callbacks: CallbackRepository,
    private readonly keystore: Keystore,
  ) {}

  givenUp(limit: number): Promise<GivenUpCallback[]> {
    return this.callbacks.givenUp(limit);
  }

  /** To show that the hash in a proof is that of what was posted. @throws PaymentError `CALLBACK_NOT_FOUND` */
  async open(accountId: string, id: string): Promise<OpenedCallback> {
    const row = await this.callbacks.find(accountId, id);
    if (!row) throw new PaymentError('CALLBACK_NOT_FOUND', `there is no callback ${id} of ${accountId}`);
    const { bodySealed, ...kept } = row;
    const body = await this.keystore.open(bodySealed, callbackPlace(accountId, id));
    const sha256 = createHash('sha256').update(body).digest('hex');
    return { ...kept, sha256, bodyBase64: Buffer.from(body).toString('base64') };
  }

  /** @throws PaymentError `CALLBACK_NOT_FOUND` */
  async retry(accountId: string, id: string): Promise<void> {
    if (await this.callbacks.tryAgain(accountId, id)) return;
    throw new PaymentError('CALLBACK_NOT_FOUND', `there is no callback ${id} of ${accountId} that was given up`);
  }
}
