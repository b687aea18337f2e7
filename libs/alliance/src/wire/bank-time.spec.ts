import fc from 'fast-check';
import { formatBankTime, parseBankTime } from './bank-time.js';

const SESSION = { zone: 'utc', fourDigitsAreMs: true } as const;

describe('bank time', () => {
  it.each([
    ['2025-02-27 12:12:34.0430 +0000', '2025-02-27T12:12:34.430Z'],
    ['2023-03-18 12:34:52.0998 +0000', '2023-03-18T12:34:52.998Z'],
    ['2025-02-27 12:12:34.0463', '2025-02-27T12:12:34.463Z'],
    ['2025-02-27 12:12:34.5', '2025-02-27T12:12:34.500Z'],
    ['2025-02-27 12:12:34', '2025-02-27T12:12:34.000Z'],
  ])('tokenExpirationDateTime %s', (text, iso) => {
    expect(parseBankTime(text, SESSION)).toEqual(new Date(iso));
  });

  it.each([
    ['2025-02-27 14:12:34.430+02:00', '2025-02-27T12:12:34.430Z'], // tokenExpiration
    ['2025-11-12 15:01:54.50+02:00', '2025-11-12T13:01:54.500Z'], // createDate
    ['2026-07-13 13:04:36.467 +0200', '2026-07-13T11:04:36.467Z'], // executionAt
    ['2022-11-11T11:58:41.56Z', '2022-11-11T11:58:41.560Z'],
    ['2024.10.23 11:56:54.483', '2024-10-23T08:56:54.483Z'], // Kyiv, summer
    ['2024.12.23 11:56:54.483', '2024-12-23T09:56:54.483Z'], // Kyiv, winter
    ['2024.10.24 12:52', '2024-10-24T09:52:00.000Z'], // transactionCreateDateTime
    ['14.01.2025 22:23:00', '2025-01-14T20:23:00.000Z'], // register
    ['2025.02.27 12:12:34.0430', '2025-02-27T10:12:34.043Z'], // four digits are decimal elsewhere
    ['2025.02.27 12:12:34.123456789', '2025-02-27T10:12:34.123Z'],
    ['2026.03.29 02:59:59.000', '2026-03-29T00:59:59.000Z'], // the last second before summer time
    ['2026.03.29 04:00:00.000', '2026-03-29T01:00:00.000Z'], // the first second of summer time
    ['2026.03.29 03:30:00.000', '2026-03-29T01:30:00.000Z'], // an hour that does not exist
    ['2026.10.25 02:59:59.000', '2026-10-24T23:59:59.000Z'],
    ['2026.10.25 03:30:00.000', '2026-10-25T00:30:00.000Z'], // an hour that happens twice: its first pass
    ['2026.10.25 04:00:00.000', '2026-10-25T02:00:00.000Z'],
  ])('%s', (text, iso) => {
    expect(parseBankTime(text)).toEqual(new Date(iso));
  });

  it.each([
    '',
    ' ',
    'soon',
    '22024-10-10 10:00:00',
    '32.13.2050 10:00:00',
    '2025-02-30 10:00:00',
    '2025-13-05 10:00:00',
    '2025-00-05 10:00:00',
    '2025-02-27 24:00:00',
    '2025-02-27 10:60:00',
    '2025-02-27',
  ])('%p is no time', (text) => {
    expect(parseBankTime(text)).toBeUndefined();
  });

  it.each([
    ['2026-11-22T10:00:00.437Z', '2026-11-22 12:00:00.43+02:00'],
    ['2026-07-09T10:04:31.495Z', '2026-07-09 13:04:31.49+03:00'],
    ['2026-03-29T00:59:59.999Z', '2026-03-29 02:59:59.99+02:00'],
    ['2026-03-29T01:00:00.000Z', '2026-03-29 04:00:00.00+03:00'],
    ['2026-12-31T23:59:59.000Z', '2027-01-01 01:59:59.00+02:00'],
  ])('formats %s', (iso, text) => {
    expect(formatBankTime(new Date(iso))).toBe(text);
  });

  it('reads back what it writes, to the hundredth', () => {
    const instants = fc.date({ min: new Date('2000-01-01'), max: new Date('2050-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, (instant) => {
        const read = parseBankTime(formatBankTime(instant));
        expect(read?.getTime()).toBe(Math.floor(instant.getTime() / 10) * 10);
      }),
    );
  });
});
