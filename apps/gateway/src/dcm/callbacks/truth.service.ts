import { Inject, Injectable } from '@nestjs/common';
import { type CallbackOf, type Credential, DcmClient, DcmError } from '#libs/dcm';
import { type DcmConfig } from '../../config/dcm-config.js';
import { DCM_CONFIG } from '../dcm-config.token.js';

/** `open`: DCM has not made up its mind, or could not be asked. */
export interface Verdict {
  readonly is: 'confirmed' | 'refuted' | 'open';
  /** A word for the operator. */
  readonly why?: string;
}

const CONFIRMED: Verdict = { is: 'confirmed' };
const refuted = (why: string): Verdict => ({ is: 'refuted', why });

/** Asks DCM whether what a callback says is true. Nothing is done on the word of a callback alone. */
@Injectable()
export class TruthService {
  constructor(
    private readonly client: DcmClient,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {}

  /** Compares with the order: `amount_matched` may be false beside `success`, and nobody signs an expiration. */
  async ofOrder(said: CallbackOf<'pay-in-merchant' | 'order-expiration'>, isPaid: boolean): Promise<Verdict> {
    const query = { id: said.order_id };
    return answered('ORDER_UNKNOWN', async () => {
      const order = await this.client.call('order-nbu-json', undefined, { query });
      if (order.uid.toLowerCase() !== this.config.merchantUid) return refuted('OTHER_MERCHANT');
      if (order.amt !== said.amount || order.cur !== said.currency) return refuted('AMOUNT_DIFFERS');
      const { status } = await this.client.call('order-status', undefined, { query });
      if (status !== 'Success' && status !== 'Canceled') return { is: 'open', why: 'ORDER_NOT_FINAL' };
      return (status === 'Success') === isPaid ? CONFIRMED : refuted(`ORDER_${status.toUpperCase()}`);
    });
  }

  async ofTransfer({ transaction_id }: CallbackOf<'notify-transfer'>): Promise<Verdict> {
    return answered('TRANSFER_UNKNOWN', async () => {
      const path = { transaction_id };
      const { status } = await this.client.call('transfer-read', undefined, { ...this.credential(), path });
      return status === 'Success' ? CONFIRMED : { is: 'open', why: 'TRANSFER_NOT_FINAL' };
    });
  }

  /** The employee where there is one, else ourselves. */
  private credential(): Credential {
    const { employee, counterpartyGuid: own } = this.config;
    return employee ? { scheme: 'dcm' } : { scheme: 'bank', flow: 'sign-in', obj: own, sub: own };
  }
}

/** Statuses with which DCM says that there is no such thing. */
const UNKNOWN = new Set(['DCM_REFUSED', 'DCM_NOT_FOUND']);

async function answered(unknown: string, ask: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof DcmError)) throw error;
    return UNKNOWN.has(error.code) ? refuted(unknown) : { is: 'open', why: error.code };
  }
}
