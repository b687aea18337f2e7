import { findCardNumber, holdsCardNumber } from './card-numbers.js';

describe('a card number in the clear', () => {
  it.each([
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    'card 5555555555554444, exp 12/49',
    '4111 1111 1111 1111 12/49 123',
    '371449635398431',
    '30569309025904',
    '2223003122003222',
    '6011 1111 1111 1117',
    '6304000000000000',
    '4222222222222',
    '9804100012345671',
    'x4111111111111111y',
    '4111.1111.1111.1111',
  ])('is found in %s', (text) => {
    expect(holdsCardNumber(text)).toBe(true);
  });

  it.each([
    ['a telephone', '380931234567'],
    ['an IBAN', 'UA213223130000026007233566001'],
    ['a moment', '1792843200000'],
    ['a wrong check digit', '4111111111111112'],
    ['too many digits', '41111111111111111111'],
    ['an id of ours', 'pay_01934f2c7b7a7c3e9d14111111111111'],
    ['a UUID', '41111111-1111-1111-9d1f-2a3b4c5d6e7f'],
    ['an order of a day', '2026-11-26-000000000018'],
    ['a masked number', '411111******1111'],
  ])('is not %s', (_what, text) => {
    expect(holdsCardNumber(text)).toBe(false);
  });

  it('is found in any member, at any depth, as text, number or name, and its place is told without it', () => {
    const pan = '4111111111111111';
    expect(findCardNumber({ metadata: { note: `pan ${pan}` } })).toEqual(['metadata', 'note']);
    expect(findCardNumber({ lineItems: [{ name: 'x' }, { name: pan }] })).toEqual(['lineItems', '1', 'name']);
    expect(findCardNumber({ amount: Number(pan) })).toEqual(['amount']);
    expect(findCardNumber({ customer: { [pan]: 1 } })).toEqual(['customer']);
    expect(findCardNumber({ customer: { phone: pan } })).toEqual(['customer', 'phone']); // no telephone is that long
    expect(findCardNumber({ customer: { id: '1', phone: '380931234567' }, amount: 12_550 })).toBeUndefined();
  });
});
