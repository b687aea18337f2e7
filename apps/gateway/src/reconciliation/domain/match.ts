import { type BreakType } from './break-types.js';
import { type RegisterLine } from './register-line.js';
import { FEE_SCALE, roundFee } from './register-money.js';

/** A line as it is compared: of a register, or of an answer of the bank. */
export interface BankLine extends Pick<
  RegisterLine,
  'operationId' | 'rrn' | 'ourIds' | 'amount' | 'isOutgoing' | 'fee' | 'currency' | 'succeeded'
> {
  /** Which one it is, for whoever asks. */
  readonly key: string;
}

/** An operation of ours as it is compared. */
export interface BookedOperation {
  readonly id: string;
  readonly paymentId: string;
  /** Where the money goes: to the merchant, or back to the payer. */
  readonly isOutgoing: boolean;
  /** What the bank calls it: its operation id, and any other id that it has given. */
  readonly bankIds: readonly string[];
  /** Of a refund that the bank has given no id of its own: that of what it gives back, which it may be listed under. */
  readonly sharedId: string | null;
  readonly rrn: string | null;
  /** Kopiyky; null where they are not known, as before the bank has converted another currency. */
  readonly amount: number | null;
  /** Kopiyky that the bank told; null where it told none. */
  readonly fee: number | null;
  /** The bank has proven that it is done. */
  readonly isDone: boolean;
  /** A line must be there for it. */
  readonly isExpected: boolean;
  /** Another line, of those that were matched before, has it already. */
  readonly isTaken: boolean;
}

export interface Break {
  readonly type: BreakType;
  /** The line; null where there is none. */
  readonly line: string | null;
  readonly operationId: string | null;
  readonly paymentId: string | null;
  /** Kopiyky in our books and in the bank's; of a fee: of the fee. Null where one has none. */
  readonly ours: number | null;
  readonly theirs: number | null;
  /** Kopiyky that somebody may lose. */
  readonly atRisk: number;
}

export interface Matched {
  readonly matches: readonly { readonly line: string; readonly operationId: string }[];
  readonly breaks: readonly Break[];
}

/** The currency that the bank settles in. */
const SETTLED_IN = 'UAH';

/**
 * Lays the bank's lines beside our operations: by the bank's id, else by RRN and amount, else by an id of ours. What it
 * returns depends on the two lists alone. Lines that name the same thing must be in one call.
 */
export function matchBooks(lines: readonly BankLine[], operations: readonly BookedOperation[]): Matched {
  const books = new Books(operations);
  const found = new Map<BankLine, BookedOperation | undefined>();
  for (const how of HOWS)
    for (const line of lines) {
      if (found.has(line)) continue;
      const operation = pick(
        line,
        how(books, line).filter((one) => !books.isTaken(one)),
      );
      if (!operation) continue;
      found.set(line, operation);
      books.take(operation);
    }
  const breaks = lines.flatMap((line) => {
    const operation = found.get(line);
    return operation ? compare(line, operation) : unmatched(line, books);
  });
  const matches = [...found].flatMap(([line, one]) => (one ? [{ line: line.key, operationId: one.id }] : []));
  const missing = operations.filter((one) => one.isExpected && one.isDone && !books.isTaken(one)).map(missingThere);
  return { matches, breaks: [...breaks, ...missing] };
}

/** Our operations by everything that a line may name. */
class Books {
  private readonly byBankId = new Map<string, BookedOperation[]>();
  private readonly bySharedId = new Map<string, BookedOperation[]>();
  private readonly byRrn = new Map<string, BookedOperation[]>();
  private readonly byOurId = new Map<string, BookedOperation[]>();
  private readonly taken = new Set<BookedOperation>();

  constructor(operations: readonly BookedOperation[]) {
    for (const operation of operations) {
      for (const id of operation.bankIds) note(this.byBankId, id, operation);
      if (operation.sharedId !== null) note(this.bySharedId, operation.sharedId, operation);
      if (operation.rrn !== null) note(this.byRrn, operation.rrn, operation);
      for (const id of [operation.id, operation.paymentId]) note(this.byOurId, id, operation);
      if (operation.isTaken) this.taken.add(operation);
    }
  }

  ofBankId = (id: string | null): readonly BookedOperation[] => (id === null ? [] : (this.byBankId.get(id) ?? []));
  ofSharedId = (id: string | null): readonly BookedOperation[] => (id === null ? [] : (this.bySharedId.get(id) ?? []));
  ofRrn = (rrn: string | null): readonly BookedOperation[] => (rrn === null ? [] : (this.byRrn.get(rrn) ?? []));
  ofOurIds = (ids: readonly string[]): readonly BookedOperation[] => ids.flatMap((id) => this.byOurId.get(id) ?? []);
  take = (operation: BookedOperation): void => void this.taken.add(operation);
  isTaken = (operation: BookedOperation): boolean => this.taken.has(operation);
}

function note(index: Map<string, BookedOperation[]>, key: string, operation: BookedOperation): void {
  const known = index.get(key);
  if (known) known.push(operation);
  else index.set(key, [operation]);
}

type How = (books: Books, line: BankLine) => readonly BookedOperation[];

/** From the surest to the least sure; every line has its turn in one before any has it in the next. */
const HOWS: readonly How[] = [
  (books, line) => books.ofBankId(line.operationId).filter(({ amount }) => amount === line.amount),
  (books, line) => books.ofSharedId(line.operationId).filter(({ amount }) => amount === line.amount),
  (books, line) => books.ofBankId(line.operationId),
  (books, line) => books.ofRrn(line.rrn).filter((one) => one.amount === line.amount && !contradicts(one, line)),
  (books, line) => books.ofOurIds(line.ourIds).filter((one) => !contradicts(one, line)),
];

/** The bank has given it another id, so that it is another operation, whatever else they share. */
const contradicts = ({ bankIds }: BookedOperation, { operationId }: BankLine): boolean =>
  operationId !== null && bankIds.some(isOperationId) && !bankIds.includes(operationId);

/** The bank's ids of operations have 24 characters; the others that it gives have 36. Source: bank docs. */
const isOperationId = (id: string): boolean => id.length !== UUID_LENGTH;
const UUID_LENGTH = 36;

/** A minus says that money went back; without one the amount tells a refund from what it gives back. */
function pick(line: BankLine, candidates: readonly BookedOperation[]): BookedOperation | undefined {
  const fits = candidates.filter((one) => !line.isOutgoing || one.isOutgoing);
  const isSame = (one: BookedOperation): boolean => one.isOutgoing === line.isOutgoing;
  const isEqual = (one: BookedOperation): boolean => one.amount === line.amount;
  return fits.find((one) => isSame(one) && isEqual(one)) ?? fits.find(isEqual) ?? fits.find(isSame) ?? fits[0];
}

function unmatched(line: BankLine, books: Books): Break[] {
  if (!line.succeeded) return [];
  const same = books.ofBankId(line.operationId).filter((one) => !line.isOutgoing || one.isOutgoing);
  const [twice] = same.length > 0 ? same : books.ofOurIds(line.ourIds).filter((one) => isTheSame(one, line));
  const named =
    twice ?? [...books.ofOurIds(line.ourIds), ...books.ofRrn(line.rrn), ...books.ofBankId(line.operationId)][0];
  return [
    {
      type: twice ? 'duplicate' : 'missing_here',
      line: line.key,
      operationId: twice?.id ?? null,
      paymentId: named?.paymentId ?? null,
      ours: null,
      theirs: line.amount,
      atRisk: line.amount,
    },
  ];
}

/** A second line that names it without the bank's id, all else being equal. */
const isTheSame = (one: BookedOperation, line: BankLine): boolean =>
  line.operationId === null && one.amount === line.amount && one.isOutgoing === line.isOutgoing;

function compare(line: BankLine, operation: BookedOperation): Break[] {
  const found = (type: BreakType, ours: number | null, theirs: number | null, atRisk: number): Break => ({
    ...{ type, ours, theirs, atRisk },
    line: line.key,
    operationId: operation.id,
    paymentId: operation.paymentId,
  });
  if (line.succeeded !== operation.isDone)
    return [found('status', operation.isDone ? operation.amount : 0, line.succeeded ? line.amount : 0, line.amount)];
  if (!line.succeeded) return [];
  if (line.currency !== SETTLED_IN) return [found('currency', operation.amount, line.amount, line.amount)];
  const { amount } = operation;
  const differs = amount !== null && amount !== line.amount;
  return [
    ...(differs ? [found('amount', amount, line.amount, Math.abs(amount - line.amount))] : []),
    ...feeBreak(line, operation).map(({ ours, theirs }) => found('fee', ours, theirs, Math.abs(ours - theirs))),
  ];
}

/** Less than a whole kopiyka apart is rounding: what the bank tells at once has no fraction. */
function feeBreak({ fee }: BankLine, operation: BookedOperation): { ours: number; theirs: number }[] {
  if (fee === null || operation.fee === null) return [];
  const apart = fee - BigInt(operation.fee) * FEE_SCALE;
  const isRounding = (apart < 0n ? -apart : apart) < FEE_SCALE;
  return isRounding ? [] : [{ ours: operation.fee, theirs: Number(roundFee(fee)) }];
}

const missingThere = ({ id, paymentId, amount }: BookedOperation): Break => ({
  type: 'missing_there',
  line: null,
  operationId: id,
  paymentId,
  ours: amount,
  theirs: null,
  atRisk: amount ?? 0,
});
