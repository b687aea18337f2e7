import { type BankOperationFacts } from '../../payments/domain/bank-facts.js';
import { type BankLine } from './match.js';
import { FEE_SCALE } from './register-money.js';

/** Operations of the bank that move money to or from a merchant, as its registers list them. */
const LISTED: Readonly<Record<string, { readonly isOutgoing: boolean }>> = {
  PURCHASE: { isOutgoing: false },
  COMPLETION: { isOutgoing: false },
  REFUND: { isOutgoing: true },
};
/** What a register says of them, too. What is under way is in no register. */
const ENDED = ['SUCCESS', 'FAIL'];

/**
 * What the bank said of a payment, as lines of a register would have it.
 * @param idsOf ids of ours that the line names, by the request id that the bank shows
 */
export function linesOf(
  said: readonly BankOperationFacts[],
  idsOf: (merchantRequestId: string | undefined) => readonly string[],
): BankLine[] {
  return said
    .filter(({ type, status }) => Object.hasOwn(LISTED, type) && ENDED.includes(status))
    .map((facts, at) => ({
      key: String(at),
      operationId: facts.operationId ?? null,
      rrn: rrnOf(facts.rrn ?? ''),
      ourIds: idsOf(facts.merchantRequestId),
      ...moneyOf(facts),
      isOutgoing: LISTED[facts.type]?.isOutgoing ?? false,
      succeeded: facts.status === 'SUCCESS',
    }));
}

/** A test terminal's "-1" names nothing. */
const rrnOf = (text: string): string | null => (/^\d{6,12}$/u.test(text) ? text.padStart(12, '0') : null);

/** In hryvnias, in which the bank settles, wherever it tells them. */
function moneyOf({
  hryvnia,
  amount = 0,
  currency = 'UAH',
  shown,
}: BankOperationFacts): Pick<BankLine, 'amount' | 'currency' | 'fee'> {
  const fee = shown?.fee === undefined ? null : BigInt(shown.fee) * FEE_SCALE;
  return hryvnia === undefined ? { amount, currency, fee } : { amount: hryvnia, currency: 'UAH', fee };
}
