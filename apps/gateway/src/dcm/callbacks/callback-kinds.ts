import { type CallbackName, type CallbackOf, readCallback } from '#libs/dcm';
import { type DcmConfig } from '../../config/dcm-config.js';

type Served = (config: DcmConfig) => boolean;

interface Kind<Name extends CallbackName> {
  /** Whether this gateway takes it at all. */
  readonly isServed: Served;
  /** DCM's tokens name no receiver: by what does the body show that it is for us? */
  readonly isOurs: (members: CallbackOf<Name>, config: DcmConfig) => boolean;
  /** What it is about; of each subject the first word counts. */
  readonly subject: (members: CallbackOf<Name>) => string;
}

const asBank: Served = ({ bankCode }) => bankCode !== undefined;
const asMerchant: Served = ({ merchantUid }) => merchantUid !== undefined;
const always = (): boolean => true;

const toCreditor: Kind<'pay-in-bank' | 'credit-bank'> = {
  isServed: asBank,
  isOurs: ({ payment_message: { creditor_agent } }, { bankCode }) => creditor_agent.creditor_agent_bic === bankCode,
  subject: ({ payment_message_guid }) => payment_message_guid,
};
const notice: Kind<'notify-pay-in' | 'notify-pay-out' | 'notify-transfer'> = {
  isServed: always,
  isOurs: always, // the transfer is read at DCM, as ours
  subject: ({ transaction_id }) => transaction_id.toLowerCase(),
};

/** Everything that DCM sends, and what this gateway makes of it. */
export const CALLBACK_KINDS: { readonly [Name in CallbackName]: Kind<Name> } = {
  'pay-in-bank': toCreditor,
  'credit-bank': toCreditor,
  'pay-out-bank': {
    isServed: asBank,
    isOurs: ({ payment_message: { debtor_agent } }, { bankCode }) => debtor_agent.debtor_agent_bic === bankCode,
    subject: ({ payment_message_guid }) => payment_message_guid,
  },
  'gross-settlement': {
    isServed: asBank,
    isOurs: ({ debtor_bic, creditor_bic }, { bankCode }) => [debtor_bic, creditor_bic].includes(bankCode),
    subject: ({ id, status }) => `${id} ${status}`, // a register is told again when its status changes
  },
  'pay-in-merchant': {
    isServed: asMerchant,
    isOurs: always, // the order is read at DCM, and names its merchant
    subject: ({ callback_guid }) => callback_guid,
  },
  'order-expiration': {
    isServed: asMerchant,
    isOurs: always,
    subject: ({ order_id }) => order_id.toLowerCase(),
  },
  'notify-pay-in': notice,
  'notify-pay-out': notice,
  'notify-transfer': notice,
};

/** @throws DcmError `DCM_CLAIM_TYPE` where a member is missing or wrong */
export function examine(kind: CallbackName, claims: object, config: DcmConfig): { isOurs: boolean; subject: string } {
  const row = CALLBACK_KINDS[kind] as unknown as Kind<CallbackName>; // it is given what its own schema has read
  const members = readCallback(kind, claims);
  return { isOurs: row.isOurs(members, config), subject: row.subject(members) };
}

/** Last segment of an address below /callbacks/dcm. A merchant has one address for a signed callback and an unsigned notice. */
export const CALLBACK_ADDRESSES: Readonly<Record<string, { readonly signed: CallbackName; unsigned?: CallbackName }>> =
  {
    'pay-in': { signed: 'pay-in-bank' },
    'pay-out': { signed: 'pay-out-bank' },
    credit: { signed: 'credit-bank' },
    'gross-settlement': { signed: 'gross-settlement' },
    merchant: { signed: 'pay-in-merchant', unsigned: 'order-expiration' },
  };

/** Last segment of an address below /api/dcm/notify. */
export const NOTICES: Readonly<Record<string, CallbackName>> = {
  'pay-in': 'notify-pay-in',
  'pay-out': 'notify-pay-out',
  transfer: 'notify-transfer',
};
