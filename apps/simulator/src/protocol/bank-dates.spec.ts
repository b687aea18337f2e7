import {
  formatOperationDate,
  formatOrderDate,
  formatProcessingDate,
  formatTokenExpiration,
  formatTokenExpirationDateTime,
  formatTransactionDate,
  parseRequestDate,
} from './bank-dates.js';

const winter = Date.parse('2025-02-27T12:12:34.430Z');
const summer = Date.parse('2026-07-09T10:04:02.915Z');

describe('dates of the bank', () => {
  it.each<[string, (at: number) => string, number, string]>([
    ['tokenExpirationDateTime', formatTokenExpirationDateTime, winter, '2025-02-27 12:12:34.0430 +0000'],
    ['tokenExpiration', formatTokenExpiration, winter, '2025-02-27 14:12:34.430+02:00'],
    ['an order in winter', formatOrderDate, winter, '2025-02-27 14:12:34.43+02:00'],
    ['an order in summer, truncated', formatOrderDate, summer, '2026-07-09 13:04:02.91+03:00'],
    ['an operation', formatOperationDate, summer, '2026.07.09 13:04:02.915'],
    ['processing', formatProcessingDate, summer, '2026.07.09 13:04:02.000'],
    ['a transaction', formatTransactionDate, summer, '2026.07.09 13:04'],
  ])('print %s', (_name, format, at, text) => {
    expect(format(at)).toBe(text);
  });

  it('change the offset at the hour of the change', () => {
    expect(formatOrderDate(Date.parse('2026-10-25T00:59:59Z'))).toContain('03:59:59.00+03:00');
    expect(formatOrderDate(Date.parse('2026-10-25T01:00:00Z'))).toContain('03:00:00.00+02:00');
  });

  it.each([
    ['2022-11-11 11:58:41.56+00:00', '2022-11-11T11:58:41.560Z'],
    ['2022-11-11 11:58:41.567+02:00', '2022-11-11T09:58:41.567Z'],
    ['2026-07-13 13:04:36.467 +0200', '2026-07-13T11:04:36.467Z'],
    ['2026.07.13T13:04:36Z', '2026-07-13T13:04:36.000Z'],
    ['2026-07-13 13:04:36', '2026-07-13T10:04:36.000Z'],
    ['2026-01-13 13:04:36-01:30', '2026-01-13T14:34:36.000Z'],
  ])('read %s', (text, iso) => {
    expect(new Date(parseRequestDate(text) ?? NaN).toISOString()).toBe(iso);
  });

  it.each(['', 'now', '2026-13-01 00:00:00+00:00', '22024-10-10 10:00:00', '1764688635274'])('refuse %j', (text) => {
    expect(parseRequestDate(text)).toBeUndefined();
  });
});
