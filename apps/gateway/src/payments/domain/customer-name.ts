/** Letters and digits, with spaces, hyphens and apostrophes between them. Source: bank docs, customerData (reference o). */
const NAME = /^[A-Za-z0-9А-Яа-яЁёІіЇїЄєҐґ](?:[A-Za-z0-9А-Яа-яЁёІіЇїЄєҐґ '-]*[A-Za-z0-9А-Яа-яЁёІіЇїЄєҐґ])?$/u;
const TYPOGRAPHIC_APOSTROPHES = /[\u2018\u2019\u02bc\u0060\u00b4]/gu;
const FORBIDDEN = ['NULL', '3D SECURE', 'SURNAME', 'CARDHOLDER', 'UNKNOWN'];

/** Characters. */
export const NAME_MAX = 30;

/** Trims, collapses spaces and writes every apostrophe as U+0027, which is the only one the bank takes. */
export function normalizeName(name: string): string {
  return name.trim().replace(/\s+/gu, ' ').replace(TYPOGRAPHIC_APOSTROPHES, "'");
}

/** What the bank would object to in a normalised name, as a sentence; undefined when it may be sent. */
export function nameObjection(name: string): string | undefined {
  if (name.length > NAME_MAX) return `must have at most ${NAME_MAX} characters`;
  if (/^\d+$/u.test(name)) return 'must not consist of digits only';
  if (FORBIDDEN.includes(name.toUpperCase())) return `must be the customer's real name, not "${name.toUpperCase()}"`;
  if (!NAME.test(name))
    return 'may hold Latin or Ukrainian letters and digits, and between them spaces, hyphens, apostrophes';
  return undefined;
}
