import { growthOf } from '../../../../../test/support/growth.js';
import { nameObjection, normalizeName } from './customer-name.js';

const objectionTo = (name: string): string | undefined => nameObjection(normalizeName(name));

describe('normalizeName', () => {
  it.each([
    ['  Олена ', 'Олена'],
    ['Анна   Марія', 'Анна Марія'],
    ['Анна\tМарія\n', 'Анна Марія'],
    ['Анна\u00a0Марія', 'Анна Марія'],
    ['Мар\u2019яна', "Мар'яна"],
    ['Мар\u2018яна', "Мар'яна"],
    ['Мар\u02bcяна', "Мар'яна"],
    ['Мар`яна', "Мар'яна"],
    ['Мар\u00b4яна', "Мар'яна"],
  ])('%j is sent as %j', (name, sent) => {
    expect(normalizeName(name)).toBe(sent);
  });
});

describe('nameObjection', () => {
  it.each([
    'Олена',
    'Ґалаґан',
    'Їжакевич',
    'Єва',
    'Ілля',
    'Ёлкин',
    "O'Neil",
    'Мар\u2019яна',
    'Нечуй-Левицький',
    'Anna Maria',
    'A',
    'Henry 8',
    '3M',
    'Unknowna',
    'Nullman',
    'x'.repeat(30), // bank docs, customerData
  ])('lets %j through', (name) => {
    expect(objectionTo(name)).toBeUndefined();
  });

  it.each(['NULL', '3D SECURE', 'SURNAME', 'CARDHOLDER', 'UNKNOWN'])('refuses %s in any case and spacing', (name) => {
    const titled = name[0]! + name.slice(1).toLowerCase();
    for (const spelt of [name, name.toLowerCase(), titled, ` ${name.replace(' ', '   ')} `])
      expect(objectionTo(spelt)).toBe(`must be the customer's real name, not "${name}"`);
  });

  it.each([
    ['', /may hold Latin or Ukrainian letters/],
    ['-', /may hold/],
    ['-Anna', /may hold/],
    ['Anna-', /may hold/],
    ["'Anna", /may hold/],
    ['Dr. Anna', /may hold/],
    ['Anna@', /may hold/],
    ['Zoë', /may hold/],
    ['Łukasz', /may hold/],
    ['Anna\u0000', /may hold/],
    ['Anna\u200b', /may hold/],
    ['😀', /may hold/],
    ['12345', /digits only/],
    ['x'.repeat(31), /at most 30 characters/],
  ])('refuses %j', (name, objection) => {
    expect(objectionTo(name)).toMatch(objection);
  });

  it('judges a name in a time that grows no faster than the name, however nasty', () => {
    const judge = (size: number) => nameObjection(`${"a' ".repeat(size)}!`);
    expect(growthOf(judge, { small: 10_000, large: 80_000 })).toBeLessThan(32); // a square would be 64, backtracking endless
  });
});
