import { CATALOGUE } from './catalogue.js';
import { DICTIONARIES, type Language, preferredLanguage } from './i18n.js';

/** `products.honey.name` and so on: functions and texts alike. */
const keysOf = (entry: object, prefix = ''): string[] =>
  Object.entries(entry).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? keysOf(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  );

const textsOf = (entry: object): unknown[] =>
  Object.values(entry).flatMap((value: unknown) =>
    typeof value === 'object' && value !== null ? textsOf(value) : [value],
  );

it('has the same keys in both languages', () => {
  expect(keysOf(DICTIONARIES.uk).sort()).toEqual(keysOf(DICTIONARIES.en).sort());
});

it('leaves no text empty', () => {
  const texts = Object.values(DICTIONARIES).flatMap(textsOf);
  expect(texts.filter((text) => typeof text === 'string' && text.trim() === '')).toEqual([]);
});

it('writes Ukrainian with Ukrainian letters', () => {
  const texts = textsOf(DICTIONARIES.uk).map((text) =>
    typeof text === 'function' ? String((text as (part: string) => unknown)('')) : text,
  );
  expect(texts.filter((text) => !/[а-яіїєґ]/i.test(String(text)) || /[ыэъё]/i.test(String(text)))).toEqual([]);
});

it('names every product', () => {
  expect(Object.keys(DICTIONARIES.en.products).sort()).toEqual(CATALOGUE.map(({ id }) => id as string).sort());
});

it.each<[string | undefined, Language]>([
  [undefined, 'en'],
  ['', 'en'],
  ['uk-UA,uk;q=0.9,en;q=0.8', 'uk'],
  ['de-DE, UK;q=0.5', 'uk'],
  ['en-GB,en;q=0.9,uk;q=0.8', 'en'],
  ['fr,de', 'en'],
])('takes %s for %s', (header, language) => {
  expect(preferredLanguage(header)).toBe(language);
});
