import { en } from './i18n-en.js';
import { uk } from './i18n-uk.js';

export type Language = 'en' | 'uk';

export const LANGUAGES: readonly Language[] = ['en', 'uk'];

/** Every language has exactly the keys of English: the compiler says so. */
export const DICTIONARIES: Readonly<Record<Language, typeof en>> = { en, uk };
export type Dictionary = typeof en;

export const isLanguage = (text: unknown): text is Language => text === 'en' || text === 'uk';

/** The first of our languages the browser lists; browsers list them by preference. */
export function preferredLanguage(acceptLanguage = ''): Language {
  const listed = acceptLanguage.split(',').map((range) => range.trim().slice(0, 2).toLowerCase());
  return listed.find(isLanguage) ?? 'en';
}
