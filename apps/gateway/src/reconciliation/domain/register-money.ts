/** Money as a register writes it, read without floating point. */

/** Digits of an amount before its decimals: far above any real one, and exact as a number. */
const MOST_DIGITS = 13;
/** Fees are held in ten-thousandths of a kopiyka, since a percentage of an amount is seldom a whole one. */
export const FEE_SCALE = 10_000n;

export const AMOUNT_UNITS = ['kopiyky', 'hryvnia'] as const;
export type AmountUnit = (typeof AMOUNT_UNITS)[number];

const NUMBER = /^([+-])?(\d+)(?:[.,](\d+))?$/u;

interface Decimal {
  readonly isNegative: boolean;
  readonly whole: string;
  readonly decimals: string;
}

/** Blanks part thousands, as spreadsheets write them. */
function readDecimal(text: string): Decimal | undefined {
  const match = NUMBER.exec(
    text
      .trim()
      .replace('\u2212', '-')
      .replaceAll(/(?<=\d)\s(?=\d{3}(?:\D|$))/gu, ''),
  );
  if (!match) return undefined;
  const [, sign, whole = '', decimals = ''] = match;
  return whole.replace(/^0+/u, '').length > MOST_DIGITS ? undefined : { isNegative: sign === '-', whole, decimals };
}

/** Kopiyky with their sign. @returns undefined for what is no whole number of them */
export function readAmount(text: string, unit: AmountUnit): number | undefined {
  const read = readDecimal(text);
  if (!read) return undefined;
  const { isNegative, whole, decimals } = read;
  // "300.00" of kopiyky may as well be hryvnias: whoever knows says so.
  const most = unit === 'kopiyky' ? 0 : 2;
  if (decimals.length > most) return undefined;
  const kopiyky = Number(whole + decimals.padEnd(most, '0'));
  return isNegative ? -kopiyky : kopiyky;
}

/** Ten-thousandths of a kopiyka, with their sign. @returns undefined for what is no number, or a finer one */
export function readFee(text: string, unit: AmountUnit): bigint | undefined {
  const read = readDecimal(text);
  const places = unit === 'kopiyky' ? 4 : 6;
  if (!read || read.decimals.replace(/0+$/u, '').length > places) return undefined;
  const value = BigInt(read.whole + read.decimals.slice(0, places).padEnd(places, '0'));
  return read.isNegative ? -value : value;
}

/** Whole kopiyky of a fee, half away from zero. */
export function roundFee(fee: bigint): bigint {
  const half = FEE_SCALE / 2n;
  return fee < 0n ? -((-fee + half) / FEE_SCALE) : (fee + half) / FEE_SCALE;
}
