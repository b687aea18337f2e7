/** One record of a file. */
export interface CsvRecord {
  /** Line of the file on which it begins, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export const SEPARATORS = [',', ';', '\t'] as const;
export type Separator = (typeof SEPARATORS)[number];

/** Characters of one record. Real ones have a few hundred; more, and a quotation mark was left open. */
const MOST_CHARACTERS = 65_536;

/** A record is longer than any real one. */
export class CsvError extends Error {
  override readonly name = 'CsvError';
  constructor(readonly line: number) {
    super(`the record at line ${line} does not end: a quotation mark may be left open`);
  }
}

/** The separator of a first line: the one that stands there most often outside of quotation marks. */
export function separatorOf(firstLine: string): Separator {
  const bare = firstLine.replaceAll(/"(?:[^"]|"")*"/gu, '');
  const counts = SEPARATORS.map((separator) => [separator, bare.split(separator).length] as const);
  return counts.reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

/** Reads RFC 4180 piece by piece, and holds no more than one record. A stray quotation mark inside a bare cell is kept as it is. */
export class CsvReader {
  private cells: string[] = [];
  private cell = '';
  private length = 0;
  private inQuotes = false;
  /** A quotation mark inside of quoted text: the next character tells whether it ended there. */
  private quoteSeen = false;
  private sawReturn = false;
  private line = 1;
  private startLine = 1;

  constructor(private readonly separator: Separator) {}

  /** @throws CsvError */
  push(text: string): CsvRecord[] {
    const records: CsvRecord[] = [];
    for (const character of text) {
      const isBreak = character === '\n' && !this.sawReturn;
      if (character === '\r' || isBreak) this.line += 1;
      const record = this.take(character);
      this.sawReturn = character === '\r';
      if (record) records.push(record);
      if (this.length > MOST_CHARACTERS) throw new CsvError(this.startLine);
    }
    return records;
  }

  /** What stood behind the last line break. @throws CsvError where a quotation mark is open */
  end(): CsvRecord[] {
    if (this.inQuotes && !this.quoteSeen) throw new CsvError(this.startLine);
    const record = this.length > 0 ? this.record() : undefined;
    return record ? [record] : [];
  }

  private take(character: string): CsvRecord | undefined {
    if (this.inQuotes && !this.quoteSeen) {
      if (character === '"') this.quoteSeen = true;
      else this.cell += character;
      this.length += 1;
      return undefined;
    }
    if (this.quoteSeen) {
      this.quoteSeen = false;
      if (character === '"') {
        this.cell += character;
        return undefined;
      }
      this.inQuotes = false;
    }
    return this.takeBare(character);
  }

  private takeBare(character: string): CsvRecord | undefined {
    if (character === '\r') return this.record();
    if (character === '\n') return this.sawReturn ? undefined : this.record();
    this.length += 1;
    if (character === this.separator) {
      this.cells.push(this.cell);
      this.cell = '';
    } else if (character === '"' && this.cell === '') this.inQuotes = true;
    else this.cell += character;
    return undefined;
  }

  private record(): CsvRecord | undefined {
    const cells = [...this.cells, this.cell];
    const { startLine: line, length } = this;
    this.cells = [];
    this.cell = '';
    this.length = 0;
    this.startLine = this.line;
    return length === 0 ? undefined : { line, cells };
  }
}
