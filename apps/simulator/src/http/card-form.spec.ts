import { isFutureExpiry, readCardForm } from './card-form.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');

describe('the card form', () => {
  it.each([
    ['12/29', true],
    ['1229', true],
    ['12 / 2029', true],
    ['11/26', true],
    ['10/26', false],
    ['13/29', false],
    ['', false],
    ['12/2', false],
  ])('expiry %j is good: %j', (text, good) => {
    expect(isFutureExpiry(text, NOW)).toBe(good);
  });

  it.each([
    [{ 'card-number': '4111 1111 1111 1111', expiry: '12/29', cvv: '123' }, []],
    [{ 'card-number': '4111-1111-1111-1111', expiry: '12/29', cvv: '12' }, ['cvv']],
    [{ 'card-number': '4242424242424242', expiry: '12/29', cvv: '123' }, ['card-number']],
    [{}, ['card-number', 'expiry', 'cvv']],
  ])('%j has wrong fields %j', (fields, wrong) => {
    expect(readCardForm(new URLSearchParams(fields as Record<string, string>), NOW).wrong).toEqual(wrong);
  });
});
