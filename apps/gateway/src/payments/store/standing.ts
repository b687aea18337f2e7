import { hydrate } from '../../database/hydrate.js';
import { sql } from '../../database/sql.js';
import { type Transaction } from '../../database/transaction.js';
import { isFollowUp } from '../kinds/kinds.js';
import { OperationEntity } from './operation.entity.js';
import { PaymentEntity } from './payment.entity.js';
import { AGED_PAYMENT, AGES, type PaymentAges } from './payment.repository.js';

/** A payment with all that belongs to it, as one statement read it. */
export interface Standing {
  readonly payment: PaymentEntity;
  /** Changes with whatever is written to the payment's row. */
  readonly version: string;
  readonly ages: PaymentAges;
  /** Latest first. */
  readonly intents: readonly OperationEntity[];
  /** Oldest first. */
  readonly followUps: readonly OperationEntity[];
}

interface RawStanding extends PaymentAges {
  readonly version: string;
  readonly payment: object;
  readonly operations: readonly object[];
}

/** @returns undefined where there is no such payment */
export async function readStanding(manager: Transaction, accountId: string, id: string): Promise<Standing | undefined> {
  const [row] = await manager.query<RawStanding[]>(
    ...sql`
      SELECT ${AGES}, p.version, to_jsonb(p) AS payment,
             (SELECT coalesce(jsonb_agg(to_jsonb(o) ORDER BY o.number), '[]') FROM operation o
              WHERE o.merchant_account_id = p.merchant_account_id AND o.subject_id = p.id) AS operations
      FROM ${AGED_PAYMENT} WHERE p.merchant_account_id = ${accountId} AND p.id = ${id}`.render(),
  );
  if (!row) return undefined;
  const operations = row.operations.map((operation) => hydrate(manager, OperationEntity, operation));
  return {
    ...{ payment: hydrate(manager, PaymentEntity, row.payment), version: row.version, ages: row },
    intents: operations.filter(({ kind }) => !isFollowUp(kind)).reverse(),
    followUps: operations.filter(({ kind }) => isFollowUp(kind)),
  };
}
