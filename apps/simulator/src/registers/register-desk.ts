import { randomUUID } from 'node:crypto';
import { type Bank } from '../bank/bank.js';
import { type Body } from '../control/control-body.js';
import { nextKyivMidnight } from '../protocol/bank-dates.js';
import { type Break, BREAKS, plantBreaks, type PlantedBreak } from './planted.js';
import { ENCODINGS, type FileForm, registerFile, SEPARATORS } from './register-file.js';
import { registerRows } from './register-row.js';

export interface WrittenRegister {
  readonly id: string;
  readonly rows: number;
  readonly planted: readonly PlantedBreak[];
  readonly encoding: string;
  readonly file: Buffer;
}

/** Registers that can still be had. */
const KEPT = 20;
const DAY_MS = 86_400_000;

/** Writes registers out of the bank's books. */
export class RegisterDesk {
  private readonly written = new Map<string, WrittenRegister>();

  constructor(private readonly bank: Bank) {}

  /** @throws Error with one sentence */
  write(body: Body): WrittenRegister {
    const { book, clock, merchants } = this.bank;
    const merchantId = textOf(body, 'merchantId', merchants.list()[0]?.merchantId);
    if (!merchants.find(merchantId)) throw new Error('merchantId is not known to this bank');
    const today = nextKyivMidnight(clock.now()) - DAY_MS;
    const from = momentOf(body, 'from', today);
    const to = momentOf(body, 'to', nextKyivMidnight(from));
    const form = formOf(body);
    const { rows, planted } = plantBreaks(registerRows(book, merchantId, { from, to }), countsOf(body));
    const register = {
      id: randomUUID(),
      rows: rows.length,
      planted,
      encoding: form.encoding,
      file: registerFile(rows, form),
    };
    this.written.set(register.id, register);
    const [oldest] = this.written.keys();
    if (this.written.size > KEPT && oldest !== undefined) this.written.delete(oldest);
    return register;
  }

  find(id: string): WrittenRegister | undefined {
    return this.written.get(id);
  }
}

function textOf(body: Body, name: string, fallback: string | undefined): string {
  const value = body[name] ?? fallback;
  if (typeof value !== 'string') throw new Error(`${name} must be a string`);
  return value;
}

function momentOf(body: Body, name: string, fallback: number): number {
  const value = body[name];
  if (value === undefined) return fallback;
  const at = typeof value === 'string' ? Date.parse(value) : NaN;
  if (Number.isNaN(at)) throw new Error(`${name} must be a time such as 2027-01-31T00:00:00+02:00`);
  return at;
}

function formOf({ encoding = 'utf-8', separator = ',', damaged = false }: Body): FileForm {
  const known = {
    encoding: ENCODINGS.find((one) => one === encoding),
    separator: SEPARATORS.find((one) => one === separator),
  };
  if (known.encoding === undefined) throw new Error(`encoding must be one of ${ENCODINGS.join(', ')}`);
  if (known.separator === undefined) throw new Error('separator must be "," or ";"');
  if (typeof damaged !== 'boolean') throw new Error('damaged must be true or false');
  return { encoding: known.encoding, separator: known.separator, damaged };
}

function countsOf({ breaks = {} }: Body): Partial<Record<Break, number>> {
  if (typeof breaks !== 'object' || breaks === null) throw new Error('breaks must be an object');
  for (const [name, count] of Object.entries(breaks)) {
    if (!BREAKS.includes(name as Break)) throw new Error(`breaks are ${BREAKS.join(', ')}`);
    if (!Number.isSafeInteger(count) || count < 0) throw new Error(`breaks.${name} must be a whole number`);
  }
  return breaks;
}
