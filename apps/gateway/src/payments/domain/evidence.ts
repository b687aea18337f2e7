import { type BankOperationFacts } from './bank-facts.js';
import { short } from './receipt.js';

/** The answer a state rests on: ids and codes only, no personal data. */
export function evidenceOf(
  source: string,
  sight: { kind: string; facts?: BankOperationFacts; reason?: string; orderStatus?: string; order?: string },
): Record<string, unknown> {
  const { facts } = sight;
  return {
    source,
    at: new Date().toISOString(),
    verdict: sight.kind,
    ...(sight.reason ? { reason: sight.reason } : {}),
    ...(sight.orderStatus ? { orderStatus: sight.orderStatus } : {}),
    ...(sight.order ? { order: sight.order } : {}),
    ...(facts ? idsOf(facts) : {}),
  };
}

function idsOf(facts: BankOperationFacts): Record<string, unknown> {
  const { status, amount, operationId, ecomOperationId, rrn, approvalCode, actionCode, responseCode, shown } = facts;
  const codes = { rrn: short(rrn), approvalCode: short(approvalCode), actionCode: short(actionCode) };
  const processedAt = shown?.processedAt?.toISOString();
  return { status, amount, operationId, ecomOperationId, ...codes, responseCode: short(responseCode), processedAt };
}
