import { type Sealed } from '#libs/keystore';
import { type MerchantAccountEntity } from '../../apps/gateway/src/accounts/merchant-account.entity.js';
import { type CallbackEntity } from '../../apps/gateway/src/callbacks/callback.entity.js';
import { type DcmObjectEntity } from '../../apps/gateway/src/dcm/store/dcm-access.entity.js';
import {
  type DcmCallbackEntity,
  type DcmReceiverEntity,
} from '../../apps/gateway/src/dcm/store/dcm-callback.entity.js';
import { type DcmSigningKeyEntity } from '../../apps/gateway/src/dcm/store/dcm-signing-key.entity.js';
import { type BankSessionEntity } from '../../apps/gateway/src/payments/bank-access/bank-session.entity.js';
import { type ClientKeyEntity } from '../../apps/gateway/src/payments/bank-access/client-key.entity.js';
import { type PaymentEntity } from '../../apps/gateway/src/payments/store/payment.entity.js';
import { type WebhookSecretEntity } from '../../apps/gateway/src/webhooks/store/webhook-secret.entity.js';

// Compiled by the type check, never run: what must not compile is marked, and fails the check when it does.

type Entities =
  | BankSessionEntity
  | CallbackEntity
  | ClientKeyEntity
  | DcmCallbackEntity
  | DcmObjectEntity
  | DcmReceiverEntity
  | DcmSigningKeyEntity
  | MerchantAccountEntity
  | PaymentEntity
  | WebhookSecretEntity;

/** Members of an entity that hold sealed values, by their names. */
type SealedNames<T> = T extends unknown ? Extract<keyof T, `${string}Sealed`> : never;
/** What they hold. */
type Held<T> = T extends unknown ? NonNullable<T[Extract<keyof T, SealedNames<T>>]> : never;

declare const held: Held<Entities>;
declare const text: string;
export const stays: Sealed = held;
export const fits: Held<Entities> = stays;
// @ts-expect-error a text that nobody sealed
export const wrong: Held<Entities> = text;

declare const payment: PaymentEntity;
// @ts-expect-error the customer goes into the database sealed or not at all
payment.customerSealed = JSON.stringify({ firstName: 'Olena' });
