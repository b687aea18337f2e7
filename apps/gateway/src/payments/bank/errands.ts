import { type AllianceClient, type CardJwe } from '#libs/alliance';
import { SecretText } from '../../accounts/secret-text.js';
import { BANK_CARD_STATES } from './bank-words.js';
import { type Errand, type Errands } from './payment-bank.js';

/** Makes the call of an errand. @throws AllianceError */
type Runner<Name extends keyof Errands> = (
  client: AllianceClient,
  accountId: string,
  errand: Errand<Name>,
) => Promise<Errands[Name]['answer']>;

const ON_V1 = { protocol: '1.0' } as const;

/** The bank's words for whatever it is to do that moves no money. */
export const ERRANDS: { readonly [Name in keyof Errands]: Runner<Name> } = {
  keep_card: async (
    client,
    accountId,
    { bankMerchantId: merchantId, merchantRequestId, customerId, number, expiry },
  ) => {
    const body = {
      ...{ merchantRequestId, customerId },
      encryptedCardNumber: number.reveal() as CardJwe,
      encryptedExpDate: expiry.reveal() as CardJwe,
    };
    const kept = await client.call(accountId, 'h2h.token.create', body, { ...ON_V1, merchantId });
    return { card: { token: SecretText.of(kept.token), mask: kept.maskedPan, scheme: undefined } };
  },
  change_card: async (client, accountId, { token, to }) => {
    const { tokenUpdated } = await client.call(
      accountId,
      'h2h.token.state-update',
      { token: token.reveal(), state: BANK_CARD_STATES[to] },
      ON_V1,
    );
    return { changed: tokenUpdated };
  },
};
