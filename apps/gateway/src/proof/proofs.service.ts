import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PaymentError } from '../payments/domain/payment-error.js';
import { isPayment } from '../payments/kinds/kinds.js';
import { ABOUT, HASHES, KEYS_PATH } from './proof-texts.js';
import { ProofKeysService } from './proof-keys.service.js';
import { signCompact } from './jws/compact-jws.js';
import { type PaymentProof, type ProofEvidence, type ProofStatement, STATEMENT_VERSION } from './statement.js';
import { type OperationRecord, type PaymentRecord, ProofRepository } from './store/proof.repository.js';

/** Absolute address of this gateway, without a slash at its end. */
export abstract class ProofIssuer {
  abstract readonly url: string;
}

/** Says of one payment what is on record, and signs it. */
@Injectable()
export class ProofsService {
  constructor(
    private readonly records: ProofRepository,
    private readonly keys: ProofKeysService,
    private readonly issuer: ProofIssuer,
  ) {}

  /** @throws PaymentError `PAYMENT_NOT_FOUND` */
  async prove(accountId: string, paymentId: string): Promise<PaymentProof> {
    const record = await this.records.find(accountId, paymentId);
    if (!record || !isPayment(record.kind))
      throw new PaymentError('PAYMENT_NOT_FOUND', `there is no payment ${paymentId}`);
    const { url: issuer } = this.issuer;
    const statement: ProofStatement = {
      version: STATEMENT_VERSION,
      about: ABOUT,
      ...{ issuer, keys: `${issuer}${KEYS_PATH}`, issuedAt: new Date().toISOString() },
      merchantAccountId: accountId,
      livemode: record.livemode,
      payment: { id: paymentId, ...paymentOf(record) },
      ...listsOf(record),
      hashes: HASHES,
    };
    const { kid, key } = await this.keys.signer();
    return { object: 'payment_proof', statement, jws: signCompact(JSON.stringify(statement), key, kid) };
  }
}

/** Nothing of the customer but the masked card, and none of the merchant's own texts but the order's number. */
function paymentOf(record: PaymentRecord): Omit<ProofStatement['payment'], 'id'> {
  const { method, reference, status, flags, amount, currency, receipt } = record;
  const { amountAuthorized, amountCaptured, amountRefunded } = record;
  const { cardMask = null, rrn = null, approvalCode = null, terminal = null, paidAt = null } = receipt ?? {};
  return {
    ...{ method, reference, status, flags: [...flags], failure: record.failureCode },
    captureMethod: record.kind === 'authorization' ? 'manual' : 'automatic',
    ...{ amount, currency, amountAuthorized, amountCaptured, amountRefunded },
    createdAt: record.createdAt.toISOString(),
    endedAt: record.endedAt?.toISOString() ?? null,
    ...{ cardMask, rrn, approvalCode, terminal, paidAt },
  };
}

function listsOf(record: PaymentRecord): Pick<ProofStatement, 'operations' | 'history' | 'callbacks' | 'leftOut'> {
  const { operations, history, callbacks } = record;
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const evidenceOf = (text: string | null, id: string | null): ProofEvidence | null => {
    const operation = byId.get(id ?? '');
    const asked = operation?.bankOrderId ? operation : (byId.get(operation?.parentId ?? '') ?? operation);
    return text === null ? null : describeEvidence(text, operation, asked);
  };
  return {
    operations: operations.map((row) => ({
      ...{ id: row.id, kind: row.kind, status: row.status, amount: row.amount, currency: row.currency },
      failure: row.failureCode,
      createdAt: isoOf(row.createdAt),
      sentAt: row.sends === 0 ? null : isoOf(row.sentAt),
      ...{ timesSent: row.sends, timesAsked: row.queries, merchantId: row.bankMerchantId },
      ...{ merchantRequestId: row.merchantRequestId, hppOrderId: row.bankOrderId, operationId: row.bankOperationId },
      refusalCode: row.refusalCode,
      evidence: evidenceOf(row.evidence, row.id),
    })),
    history: history.map(({ at, evidence, ...move }) => ({
      ...{ at: isoOf(at), ...move },
      evidence: evidenceOf(evidence, move.operationId),
    })),
    callbacks: callbacks.map(({ receivedAt, ...callback }) => ({ receivedAt: isoOf(receivedAt), ...callback })),
    leftOut: {
      history: record.historyCount - history.length,
      callbacks: record.callbackCount - callbacks.length,
    },
  };
}

/** Members of kept evidence that say how it came to us, see `evidenceOf` in `payments/domain`. */
interface Kept {
  readonly source?: 'answer' | 'order_query' | 'operation_query';
  readonly at?: string;
  /** The order that was asked for, where it is another than the operation's own. */
  readonly order?: string;
}

/** @param asked the operation whose order is asked for: of what acts on a payment, that of the payment */
function describeEvidence(
  text: string,
  operation: OperationRecord | undefined,
  asked: OperationRecord | undefined,
): ProofEvidence {
  const kept = JSON.parse(text) as Kept;
  const ask = kept.source && SOURCES[kept.source];
  return {
    ...{ text, sha256: createHash('sha256').update(text).digest('hex'), at: kept.at ?? null },
    ...(ask?.({ kept, operation, asked }) ?? { how: null, by: null, id: null }),
  };
}

interface Told {
  readonly kept: Kept;
  readonly operation: OperationRecord | undefined;
  readonly asked: OperationRecord | undefined;
}
type Question = Pick<ProofEvidence, 'how' | 'by' | 'id'>;

/** How the bank came to say it. */
const SOURCES: Readonly<Record<NonNullable<Kept['source']>, (told: Told) => Question>> = {
  answer: ({ operation }) => ({ how: 'answer', ...ofRequest(operation) }),
  operation_query: ({ operation }) => ({ how: 'query', ...ofRequest(operation) }),
  order_query: ({ kept, asked }) => {
    const orderId = kept.order ?? asked?.bankOrderId;
    if (orderId) return { how: 'query', by: 'hppOrderId', id: orderId };
    return { how: 'query', by: 'operationId', id: asked?.bankOperationId ?? null };
  },
};
const ofRequest = (operation: OperationRecord | undefined) => ({
  by: 'merchantRequestId' as const,
  id: operation?.merchantRequestId ?? null,
});

/** Postgres writes times in JSON with their offset and to the microsecond. */
const isoOf = (text: string): string => new Date(text).toISOString();
