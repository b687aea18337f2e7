/** Card schemes that are told apart. */
export type CardScheme =
  'visa' | 'mastercard' | 'maestro' | 'prostir' | 'amex' | 'unionpay' | 'jcb' | 'diners' | 'discover';

/** What a card of a scheme looks like. */
export interface SchemeFacts {
  /** First digits, as they are or from one to another. */
  readonly ranges: readonly (string | readonly [from: string, to: string])[];
  /** Numbers of digits. */
  readonly lengths: readonly number[];
  /** Digits of the CVV. */
  readonly cvvLength: number;
}

const SIXTEEN = [16];
const UP_TO_19 = [16, 17, 18, 19];

/** The first row that fits counts. Sources: ISO/IEC 7812 and the schemes' own ranges. */
const SCHEMES: Readonly<Record<CardScheme, SchemeFacts>> = {
  visa: { ranges: ['4'], lengths: [16, 19], cvvLength: 3 },
  mastercard: {
    ranges: [
      ['51', '55'],
      ['2221', '2720'],
    ],
    lengths: SIXTEEN,
    cvvLength: 3,
  },
  prostir: { ranges: ['9804'], lengths: UP_TO_19, cvvLength: 3 },
  amex: { ranges: ['34', '37'], lengths: [15], cvvLength: 4 },
  diners: { ranges: [['300', '305'], '309', '36', '38', '39'], lengths: [14, 15, 16, 17, 18, 19], cvvLength: 3 },
  jcb: { ranges: [['3528', '3589']], lengths: UP_TO_19, cvvLength: 3 },
  unionpay: { ranges: ['62', '81'], lengths: UP_TO_19, cvvLength: 3 },
  discover: { ranges: ['6011', ['644', '649'], '65'], lengths: UP_TO_19, cvvLength: 3 },
  maestro: { ranges: ['50', ['56', '58'], '6'], lengths: [12, 13, 14, 15, 16, 17, 18, 19], cvvLength: 3 },
};

/**
 * The scheme of a number, or of its first digits.
 * @returns undefined as long as several fit, and where none does
 * @example
 * schemeOf('5555 55'); // => 'mastercard'
 * schemeOf('980'); // => undefined
 */
export function schemeOf(number: string): CardScheme | undefined {
  const digits = digitsOf(number);
  return (Object.keys(SCHEMES) as CardScheme[]).find((name) =>
    SCHEMES[name].ranges.some((range) => isWithin(digits, range)),
  );
}

/**
 * How long the numbers of a scheme and its CVV are.
 * @example
 * factsOf('visa').cvvLength; // => 3
 * factsOf('amex').lengths; // => [15]
 */
export const factsOf = (scheme: CardScheme): SchemeFacts => SCHEMES[scheme];

/** Blanks and hyphens are only there for the eye. */
export const digitsOf = (text: string): string => text.replace(/[\s-]/gu, '');

function isWithin(digits: string, range: string | readonly [from: string, to: string]): boolean {
  const [from, to] = typeof range === 'string' ? [range, range] : range;
  const head = digits.slice(0, from.length);
  return head.length === from.length && head >= from && head <= to;
}
