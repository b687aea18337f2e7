/** Digits, in groups or not. */
const GROUPS = /\d+(?:[ .\-/_]\d+)*/gu;
/** Ours, and UUIDs: their digits are hexadecimal. */
const HEX_ID = /^(?:[a-z]{2,6}_)?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/iu;
/** Digits of a card number. Source: ISO/IEC 7812-1. */
const SHORTEST = 12;
const LONGEST = 19;
/**
 * What numbers of the card networks begin with, Prostir among them. Numbers of orders, of telephones and of moments that
 * only add up by chance mostly begin otherwise.
 */
const NETWORK = new RegExp(
  [
    '4(?:.{12}|.{15}|.{18})', // Visa
    '(?:2(?:2[2-9]|[3-6]\\d|7[0-2])|5[1-5]\\d|980)\\d{13}', // Mastercard, Prostir
    '(?:50|5[6-8]|6)\\d{10,18}', // Maestro, Discover, UnionPay
    '3[47]\\d{13}', // American Express
    '3(?:0|6|8|9)\\d{12,17}', // Diners Club
    '(?:35|81)\\d{14,17}', // JCB, UnionPay
  ]
    .map((network) => `^${network}$`)
    .join('|'),
  'u',
);
/** `+380…` and its like, where a telephone is asked for. Digits. Source: ITU-T E.164, of the countries at hand. */
const PHONE = /^\+?(?:[ ()-]?\d){8,13}$/u;
const PHONE_MEMBER = 'phone';

/** Where a value or a name of a member looks like a card number: the way to it, without the number. Undefined: nowhere. */
export function findCardNumber(value: unknown, path: readonly string[] = []): readonly string[] | undefined {
  if (typeof value === 'string' || typeof value === 'number') return findInText(String(value), path);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (holdsCardNumber(name)) return path;
    const found = findCardNumber(member, [...path, name]);
    if (found) return found;
  }
  return undefined;
}

const findInText = (text: string, path: readonly string[]): readonly string[] | undefined =>
  (path.at(-1) === PHONE_MEMBER && PHONE.test(text)) || !holdsCardNumber(text) ? undefined : path;

/** Whether some of the groups of digits in a text, taken together, are a number that a card may have. */
export function holdsCardNumber(text: string): boolean {
  if (text.length < SHORTEST || HEX_ID.test(text.trim())) return false;
  return [...text.matchAll(GROUPS)].some(([run]) => {
    const groups = run.split(/\D/u);
    return groups.some((_first, from) => groups.some((_last, to) => isCardNumber(groups.slice(from, to + 1).join(''))));
  });
}

const isCardNumber = (digits: string): boolean =>
  digits.length >= SHORTEST && digits.length <= LONGEST && NETWORK.test(digits) && hasCheckDigit(digits);

/** Luhn. Source: ISO/IEC 7812-1, annex B. */
function hasCheckDigit(digits: string): boolean {
  const sum = Array.from(digits, Number)
    .toReversed()
    .map((digit, place) => (place % 2 === 0 ? digit : ((digit * 2) % 10) + Math.floor(digit / 5)))
    .reduce((total, digit) => total + digit, 0);
  return sum % 10 === 0;
}
