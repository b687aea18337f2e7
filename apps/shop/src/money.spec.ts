import { type Language } from './i18n.js';
import { formatMoney } from './money.js';

it.each<[number, Language, string]>([
  [42_000, 'en', '₴420.00'],
  [42_000, 'uk', '420,00 ₴'],
  [123_456_789, 'en', '₴1,234,567.89'],
  [123_456_789, 'uk', '1 234 567,89 ₴'],
  [1, 'en', '₴0.01'],
  [0, 'uk', '0,00 ₴'],
])('%i kopiyky in %s are %s', (amount, language, text) => {
  expect(formatMoney(amount, language).replace(/[\u00a0\u202f]/g, ' ')).toBe(text);
});
