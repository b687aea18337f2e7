/** Text by which the statement that claims a renewal is known; no other statement has it. */
export const CLAIM = 'INTO bank_session AS s (merchant_account_id, renewal_epoch';
/** The same of the statement that publishes. */
export const PUBLISH = 'WITH published AS';
