/** Letters and digits, with spaces, hyphens and apostrophes between them. Source: bank docs, customerData (reference o). */
const NAME = /^[A-Za-z0-9А-Яа-яЁёІіЇїЄєҐґ](?:[A-Za-z0-9А-Яа-яЁёІіЇїЄєҐґ '-]*[A-Za-z0-9А-Яа-яЁёІіЇїЄєҐґ])?$/u;
const ALLOWED = /^[A-Za-z0-9А-Яа-яЁёІіЇїЄєҐґ '-]$/u;
const FORBIDDEN = ['NULL', '3D SECURE', 'SURNAME', 'CARDHOLDER', 'UNKNOWN'];
/** Apostrophes, primes and quotation marks, which people type for one another. */
const APOSTROPHES =
  /["`´\u02b9-\u02bf\u02c8\u02ca\u02cb\u0374\u055a\u05f3\u2018-\u201f\u2032-\u2037\u275b-\u275e\ua78c\uff02\uff07\uff40]/gu;
/** Hyphens, dashes and minus signs. */
const DASHES = /[\u058a\u05be\p{Pd}\u2043\u2212\u02d7]/gu;
/** Seen as nothing: zero-width characters, marks of direction, byte order marks. */
const INVISIBLE = /[\p{Cf}\u034f\ufe00-\ufe0f]/gu;
/** Letters that are no other letter with a mark; the marks of the others are taken off. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', ẞ: 'SS', æ: 'ae', Æ: 'Ae', œ: 'oe', Œ: 'Oe', ø: 'o', Ø: 'O', ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', ı: 'i' },
  ...{ ð: 'd', Ð: 'D', þ: 'th', Þ: 'Th', ħ: 'h', Ħ: 'H', ŋ: 'n', Ŋ: 'N', ŧ: 't', Ŧ: 'T', ə: 'a', Ə: 'A', ĸ: 'k' },
  ...{ ј: 'й', Ј: 'Й', љ: 'ль', Љ: 'Ль', њ: 'нь', Њ: 'Нь', ћ: 'ч', Ћ: 'Ч', ђ: 'дж', Ђ: 'Дж', џ: 'дж', Џ: 'Дж' },
  ...{ ѕ: 'дз', Ѕ: 'Дз', ә: 'а', Ә: 'А', ғ: 'г', Ғ: 'Г', қ: 'к', Қ: 'К', ң: 'н', Ң: 'Н', ө: 'о', Ө: 'О', ұ: 'у' },
  ...{ Ұ: 'У', ү: 'у', Ү: 'У', һ: 'г', Һ: 'Г', ҳ: 'х', Ҳ: 'Х', ҷ: 'ч', Ҷ: 'Ч', ӏ: '', Ӏ: '', ѣ: 'і', Ѣ: 'І' },
};
const LETTERS = new Intl.Segmenter('uk', { granularity: 'grapheme' });

/** Characters. */
export const NAME_MAX = 30;

/**
 * A name as the bank takes it: transliterated where its letters allow, cut at a letter.
 * @returns undefined for a name that cannot be written so: it is left out rather than refused
 */
export function nameForBank(name: string): string | undefined {
  const text = name.replace(APOSTROPHES, "'").replace(DASHES, '-').normalize('NFKC').replace(INVISIBLE, '');
  let written = '';
  for (const { segment } of LETTERS.segment(text)) {
    const letter = letterForBank(segment);
    if (letter === undefined) return undefined;
    written += letter;
  }
  const cut = trimName(trimName(written).slice(0, NAME_MAX));
  return NAME.test(cut) && !/^\d+$/u.test(cut) && !FORBIDDEN.includes(cut.toUpperCase()) ? cut : undefined;
}

/** @param letter one character as people see it @returns undefined for a letter of another script */
function letterForBank(letter: string): string | undefined {
  if (ALLOWED.test(letter)) return letter;
  const known = LOOKALIKES[letter];
  if (known !== undefined) return known;
  const unmarked = letter.replaceAll(/\p{M}/gu, '');
  if (ALLOWED.test(unmarked)) return unmarked; // й with an accent is still no и
  const bare = letter.normalize('NFD').replaceAll(/\p{M}/gu, '');
  const written = LOOKALIKES[bare] ?? bare;
  if (/^[A-Za-zА-Яа-яЁёІіЇїЄєҐґ0-9' -]*$/u.test(written)) return written;
  return /[\p{L}\p{N}]/u.test(bare) ? undefined : ' '; // a sign, an emoji or a dot is no part of a name
}

const trimName = (name: string): string => name.replaceAll(/\s+/gu, ' ').replaceAll(/^[ '-]+|[ '-]+$/gu, '');
