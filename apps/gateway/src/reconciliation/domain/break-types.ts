/** What can differ between the bank's books and ours. */
export const BREAK_TYPES = [
  'missing_here',
  'missing_there',
  'amount',
  'status',
  'fee',
  'duplicate',
  'currency',
] as const;
export type BreakType = (typeof BREAK_TYPES)[number];

export interface BreakRow {
  readonly meaning: string;
  /** What to do about it. */
  readonly action: string;
  /** Within which somebody must have looked. Ours: the longer the money at risk hides, the sooner. */
  readonly deadlineDays: number;
}

export const BREAK_ROWS: Readonly<Record<BreakType, BreakRow>> = {
  missing_here: {
    meaning: 'The bank lists an operation that is not in our books.',
    action:
      'Where a payment is named, the bank has been asked about it: what it proves is taken over by itself. Otherwise find out whose it is, and ask the bank with its operation id and RRN; give the money back if nobody owns it.',
    deadlineDays: 2,
  },
  missing_there: {
    meaning: 'Our books have an operation as done that the bank does not list.',
    action:
      'The bank has been asked about the payment. If it still shows the operation, send its id and RRN to the bank and ask for a corrected register; do not deliver twice, and do not refund.',
    deadlineDays: 3,
  },
  amount: {
    meaning: 'Both know the operation, with different amounts.',
    action:
      'The bank has been asked about the payment. Compare both amounts with the order, and settle the difference with the bank or with the customer.',
    deadlineDays: 2,
  },
  status: {
    meaning: 'One of both says that it is done, the other that it is not.',
    action:
      'The bank has been asked about the payment: if it proves that it is done, our books follow by themselves. Otherwise send both to the bank; hold back the goods, if they are not delivered.',
    deadlineDays: 1,
  },
  fee: {
    meaning: 'The fee differs from what the bank told when the payment was made.',
    action: 'Compare with the tariff of the contract, and claim the difference with the next statement.',
    deadlineDays: 14,
  },
  duplicate: {
    meaning: 'The bank lists one operation more than once.',
    action: 'Ask the bank for a corrected register, and check on the statement that it was paid out once.',
    deadlineDays: 3,
  },
  currency: {
    meaning: 'The bank lists the operation in another currency than hryvnia, in which it settles.',
    action: 'Ask the bank for a corrected register; until then the line counts in no sum.',
    deadlineDays: 3,
  },
};
