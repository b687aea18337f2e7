/** Whose work a statement may have made due. */
export interface DueMark {
  /** What stands in the text of such a statement. */
  readonly text: RegExp;
  /** Name of the worker. */
  readonly worker: string;
}

/** Texts that are remembered; the code has about a hundred, a list of values can make more. */
const TEXTS_AT_MOST = 500;

/** Tells by its text for whom a statement makes work, so that nobody who writes a row has to think of who waits for it. */
export class DueMarks {
  private readonly known = new Map<string, readonly string[]>();

  constructor(private readonly marks: readonly DueMark[]) {}

  /** @returns names of workers */
  of(statement: string): readonly string[] {
    const known = this.known.get(statement);
    if (known) return known;
    const workers = this.marks.filter(({ text }) => text.test(statement)).map(({ worker }) => worker);
    if (this.known.size < TEXTS_AT_MOST) this.known.set(statement, workers);
    return workers;
  }
}

/** Whoever is told once work is committed. @param workers their names */
export type OnDue = (workers: readonly string[]) => void;

/** The statements of one connection: what a transaction makes due counts when it is committed, and not before. */
export class CommittedWork {
  /** Undefined outside a transaction. */
  private uncommitted: Set<string> | undefined;

  constructor(
    private readonly marks: DueMarks,
    private readonly onDue: OnDue,
  ) {}

  /** A statement that the server has done. */
  done(statement: string): void {
    if (BEGINS.test(statement)) this.uncommitted ??= new Set();
    else if (ENDS.test(statement)) this.end(statement.startsWith('COMMIT'));
    else this.add(this.marks.of(statement));
  }

  private add(workers: readonly string[]): void {
    if (workers.length === 0) return;
    if (this.uncommitted) for (const worker of workers) this.uncommitted.add(worker);
    else this.onDue(workers);
  }

  private end(isCommitted: boolean): void {
    const workers = [...(this.uncommitted ?? [])];
    this.uncommitted = undefined;
    if (isCommitted && workers.length > 0) this.onDue(workers);
  }
}

const BEGINS = /^(?:START TRANSACTION|BEGIN)/u;
/** `ROLLBACK TO SAVEPOINT` ends nothing. */
const ENDS = /^(?:COMMIT|ROLLBACK(?! TO))/u;
