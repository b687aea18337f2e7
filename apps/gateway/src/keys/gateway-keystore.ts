import { EnvelopeKeystore, type Sealed, type SealPlace } from '#libs/keystore';
import { transactionGuard } from '../database/transaction-guard.js';

/** The keystore of the gateway: a KEK may be behind a network, so that no transaction may wait for it. */
export class GatewayKeystore extends EnvelopeKeystore {
  override seal(plaintext: Uint8Array, place: SealPlace): Promise<Sealed> {
    transactionGuard.forbid('sealing a secret');
    return super.seal(plaintext, place);
  }

  override open(value: string, place: SealPlace): Promise<Uint8Array> {
    transactionGuard.forbid('opening a secret');
    return super.open(value, place);
  }
}
