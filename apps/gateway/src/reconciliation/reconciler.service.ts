import { Injectable } from '@nestjs/common';
import { type Transaction } from '../database/transaction.js';
import { type BankAnswer } from './bank-answers.service.js';
import { type BankLine, type BookedOperation, type Break, matchBooks } from './domain/match.js';
import { type BreakType } from './domain/break-types.js';
import { BooksRepository, type Period } from './store/books.repository.js';
import { BreakRepository, type FoundBreak, type Look } from './store/break.repository.js';

export interface Outcome {
  /** Lines that name an operation of ours. */
  readonly matched: number;
  /** Found by this look, by type; those of before included. */
  readonly breaks: Readonly<Record<string, number>>;
  /** Gone since the look before. */
  readonly settled: number;
  /** Payments that the bank is worth asking about. */
  readonly toAsk: readonly string[];
}

/** Operations that are compared at once where there are no lines. */
const PAGE = 5_000;

/** Lays the bank's lines beside our books, and writes down where they differ. */
@Injectable()
export class Reconciler {
  constructor(
    private readonly books: BooksRepository,
    private readonly breaks: BreakRepository,
  ) {}

  /**
   * The lines of some days, and everything that an open break is about. The caller holds the account's lock.
   * @param period one that holds no day looks at open breaks alone
   */
  async lay(tx: Transaction, look: Look, period: Period): Promise<Outcome> {
    const { accountId } = look;
    const found = new Findings(this.breaks, tx, look);
    let matched = 0;
    await this.books.forget(tx, accountId, period);
    for await (const { lines, operations } of this.books.laid(tx, accountId, period)) {
      const { matches, breaks } = matchBooks(lines, operations);
      await this.books.saveMatches(tx, accountId, matches);
      await found.add(breaks, lines, operations);
      matched += matches.length;
    }
    const unlisted = await this.books.unlisted(tx, accountId, period);
    for (let at = 0; at < unlisted.length; at += PAGE) {
      const operations = unlisted.slice(at, at + PAGE);
      await found.add(matchBooks([], operations).breaks, [], operations);
    }
    return { matched, ...found.counted, settled: await this.breaks.settle(tx, look), toAsk: found.toAsk };
  }

  /** What the bank said of some payments, each beside our books of it. The caller holds the account's lock. */
  async layAnswers(tx: Transaction, look: Look, answers: readonly BankAnswer[]): Promise<AnswersOutcome> {
    const found = new Findings(this.breaks, tx, look);
    const books = await this.books.ofPayments(tx, look.accountId, answers);
    for (const { paymentId, operations } of books) {
      const answer = answers.find((one) => one.paymentId === paymentId);
      if (!answer) continue;
      const { lines, askedFor } = answer;
      const booked = operations.map(({ isListed, ...one }) => ({
        ...{ ...one, isTaken: false },
        isExpected: isListed && askedFor.includes(one.id),
      }));
      await found.add(matchBooks(lines, booked).breaks, lines, booked);
    }
    const settled = await this.breaks.settleOf(
      tx,
      look,
      books.map(({ paymentId }) => paymentId),
    );
    return { compared: books.length, ...found.counted, settled, toAsk: found.toAsk };
  }
}

/** Of what the bank said of some payments. */
export interface AnswersOutcome {
  /** Payments that were compared; others were written to meanwhile. */
  readonly compared: number;
  readonly breaks: Readonly<Record<string, number>>;
  readonly settled: number;
  readonly toAsk: readonly string[];
}

/** Breaks as they are found, written down page by page. */
class Findings {
  readonly toAsk: string[] = [];
  private readonly counts: Record<string, number> = {};
  /** How often the same was found: the third line of one operation is a second duplicate. */
  private readonly repeats = new Map<string, number>();

  constructor(
    private readonly repository: BreakRepository,
    private readonly tx: Transaction,
    private readonly look: Look,
  ) {}

  get counted(): { readonly breaks: Readonly<Record<string, number>> } {
    return { breaks: this.counts };
  }

  async add(
    breaks: readonly Break[],
    lines: readonly BankLine[],
    operations: readonly BookedOperation[],
  ): Promise<void> {
    const lineOf = new Map(lines.map((line) => [line.key, line]));
    const operationOf = new Map(operations.map((operation) => [operation.id, operation]));
    const found = breaks.map((one) =>
      this.named(one, lineOf.get(one.line ?? ''), operationOf.get(one.operationId ?? '')),
    );
    this.toAsk.push(...(await this.repository.save(this.tx, this.look, found)));
  }

  private named(one: Break, line: BankLine | undefined, operation: BookedOperation | undefined): FoundBreak {
    this.counts[one.type] = (this.counts[one.type] ?? 0) + 1;
    const bank = namesOf(line, operation);
    const about = one.operationId ?? bank.bankOperationId ?? bank.rrn ?? line?.ourIds.join();
    const key = [one.type, about, one.ours, one.theirs].join(' ');
    return { ...one, ...bank, breakKey: this.nthOf(key, one.type) };
  }

  private nthOf(key: string, type: BreakType): string {
    if (type !== 'duplicate' && type !== 'missing_here') return key;
    const copies = (this.repeats.get(key) ?? 0) + 1;
    this.repeats.set(key, copies);
    return copies === 1 ? key : `${key} ${copies}`;
  }
}

/** What the bank's desk can look it up by. */
const namesOf = (line: BankLine | undefined, operation: BookedOperation | undefined) => ({
  bankOperationId: line?.operationId ?? operation?.bankIds[0] ?? null,
  rrn: line?.rrn ?? operation?.rrn ?? null,
});
