import { cartLines, countItems, formatCart, parseCart, totalAmount, withQuantity } from './cart.js';
import { CATALOGUE } from './catalogue.js';

describe('parseCart', () => {
  it('reads what formatCart wrote', () => {
    const cart = parseCart('clay-cup:2.honey:1');
    expect([...cart]).toEqual([
      ['clay-cup', 2],
      ['honey', 1],
    ]);
    expect(parseCart(formatCart(cart))).toEqual(cart);
  });

  it.each([
    ['nothing', undefined],
    ['an empty cookie', ''],
    ['an unknown product', 'gold-bar:1'],
    ['a name every object has', '__proto__:1.constructor:1.toString:2'],
    ['a negative quantity', 'honey:-1'],
    ['zero', 'honey:0'],
    ['too many', 'honey:21'],
    ['a fraction', 'honey:1,5'],
    ['an exponent', 'honey:1e1'],
    ['a price from the browser', 'honey:1:1'],
    ['markup', '<script>alert(1)</script>:1'],
    ['no quantity', 'honey'],
    ['a very long cookie', 'x'.repeat(100_000)],
  ])('takes %s for an empty cart', (_what, cookie) => {
    expect(parseCart(cookie).size).toBe(0);
  });

  it('keeps the sane part of a damaged cookie', () => {
    expect([...parseCart('gold-bar:1.honey:3.linen-shirt:999')]).toEqual([['honey', 3]]);
  });
});

describe('withQuantity', () => {
  it('sets, cuts and removes without touching the cart it was given', () => {
    const cart = parseCart('honey:1');
    expect(withQuantity(cart, 'honey', 3).get('honey')).toBe(3);
    expect(withQuantity(cart, 'honey', 1_000).get('honey')).toBe(20);
    expect(withQuantity(cart, 'honey', 0).size).toBe(0);
    expect(cart.get('honey')).toBe(1);
  });
});

it('counts and sums with the prices of the catalogue', () => {
  const cart = parseCart('clay-cup:2.honey:1');
  expect(countItems(cart)).toBe(3);
  expect(totalAmount(cartLines(cart))).toBe(2 * 42_000 + 26_000);
});

it('sells for whole hryvnias, so that no total ends in the kopiyky a test terminal declines', () => {
  expect(CATALOGUE.filter(({ price }) => price % 100 !== 0)).toEqual([]);
});
