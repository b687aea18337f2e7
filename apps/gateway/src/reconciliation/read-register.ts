import { createHash } from 'node:crypto';
import { type CsvRecord, CsvError, CsvReader, type Separator, separatorOf } from './domain/csv.js';
import { type AmountUnit } from './domain/register-money.js';
import { hasNeeded, type Layout, layoutOf, readLine, type RegisterLine } from './domain/register-line.js';
import { RegisterText, TextError } from './domain/register-text.js';
import { ReconciliationError } from './reconciliation-error.js';
import { type BadLine } from './store/register.repository.js';

/** What came of some more bytes of a file. */
export interface ReadPart {
  readonly lines: readonly RegisterLine[];
  readonly bad: readonly BadLine[];
}

/** Characters of a first line: a heading of 19 columns has 400. */
const FIRST_LINE_MOST = 16_384;

/** Reads a register as it arrives and holds no more of it than a line. */
export class RegisterFile {
  private readonly text = new RegisterText();
  private readonly hash = createHash('sha256');
  private reader: CsvReader | undefined;
  private layout: Layout | undefined;
  private beginning = '';
  separator: Separator = ',';
  bytes = 0;

  constructor(private readonly unit: AmountUnit) {}

  /** @throws ReconciliationError `REGISTER_UNREADABLE` */
  push(bytes: Uint8Array): ReadPart {
    this.bytes += bytes.length;
    this.hash.update(bytes);
    return readable(() => this.parse(this.text.push(bytes), false));
  }

  /** @throws ReconciliationError `REGISTER_UNREADABLE` */
  end(): ReadPart {
    return readable(() => this.parse(this.text.end(), true));
  }

  /** Of the bytes as they came. */
  digest(): Buffer {
    return this.hash.digest();
  }

  get encoding(): string {
    return this.text.encoding ?? 'us-ascii';
  }

  private parse(text: string, isEnd: boolean): ReadPart {
    const reader = this.reader ?? this.begin(text, isEnd);
    if (!reader) return { lines: [], bad: [] };
    const rest = this.beginning === '' ? text : this.beginning;
    this.beginning = '';
    const records = [...reader.push(rest), ...(isEnd ? reader.end() : [])];
    return this.read(records);
  }

  /** The first line tells the separator. */
  private begin(text: string, isEnd: boolean): CsvReader | undefined {
    this.beginning += text;
    const at = this.beginning.search(/[\r\n]/u);
    if (at === -1 && !isEnd) {
      if (this.beginning.length > FIRST_LINE_MOST) throw unreadable('its first line is longer than any heading');
      return undefined;
    }
    this.separator = separatorOf(at === -1 ? this.beginning : this.beginning.slice(0, at));
    return (this.reader = new CsvReader(this.separator));
  }

  private read(records: readonly CsvRecord[]): ReadPart {
    const lines: RegisterLine[] = [];
    const bad: BadLine[] = [];
    for (const record of records) {
      if (!this.layout && this.isHeading(record)) continue;
      const read = readLine(record.cells, record.line, this.layout ?? layoutOf(record.cells).layout, this.unit);
      if (read.kind === 'line') lines.push(read.line);
      else bad.push({ line: read.line, problem: read.problem });
    }
    return { lines, bad };
  }

  private isHeading({ cells }: CsvRecord): boolean {
    const { layout, isHeading } = layoutOf(cells);
    if (!hasNeeded(layout, cells.length)) throw unreadable('its first line has too few columns for a register');
    this.layout = layout;
    return isHeading;
  }
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof TextError || error instanceof CsvError) throw unreadable(error.message);
    throw error;
  }
}

export const unreadable = (why: string, errors?: ReconciliationError['errors']): ReconciliationError =>
  new ReconciliationError('REGISTER_UNREADABLE', `This is no register of the bank: ${why}.`, { errors });
