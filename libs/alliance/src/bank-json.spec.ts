import fc from 'fast-check';
import { parseBankJson } from './bank-json.js';

describe('parseBankJson', () => {
  it.each([
    ['a duplicate member', '{"a":1,"a":2}'],
    ['a duplicate written with an escape', '{"status":"FAIL","st\\u0061tus":"SUCCESS"}'],
    ['a duplicate deep down', '[{"b":{"c":[{"a":1,"x":{"a":2},"a":3}]}}]'],
    ['an amount with a fraction', '{"coinAmount":1.0}'],
    ['an amount with an exponent', '{"coinAmount":1e2}'],
    ['a nested amount with an exponent', '{"operation":{"sourceAmount":1E2}}'],
    ['an amount beyond safe integers', '{"coinAmount":12345678901234567}'],
    ['too many levels', `${'['.repeat(33)}${']'.repeat(33)}`],
    ['half a body', '{"a":'],
    ['nothing', ''],
    ['two values', '{}{}'],
    ['a comment', '{/**/}'],
  ])('refuses %s', (_name, text) => {
    expect(() => parseBankJson(text)).toThrow(SyntaxError);
  });

  it('refuses what is not UTF-8', () => {
    expect(() => parseBankJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(SyntaxError);
  });

  it('quotes nothing of the text', () => {
    expect(() => parseBankJson('{"refreshToken":"secret" oops')).toThrow(/^not JSON$/);
  });

  it.each([
    '{"a":{"x":1},"b":{"x":1}}',
    '{"a":["a","a",{"a":"a"}],"b":"a"}',
    '{"a":"\\"a\\":1,\\"a\\":2","b":"}{]["}',
    '{"coinAmount":100,"conversionRate":44.35,"coinAmountText":"1e2"}',
    '{"a":"\\\\","b":1}',
  ])('reads %s', (text) => {
    expect(parseBankJson(text)).toEqual(JSON.parse(text));
  });

  it('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        fc.pre(!/amount/i.test(text));
        expect(parseBankJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('finds a duplicate wherever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), fc.jsonValue(), (key, one, two) => {
        const member = JSON.stringify(key);
        const text = `{${member}:${JSON.stringify(one)},${member}:${JSON.stringify(two)}}`;
        expect(() => parseBankJson(text)).toThrow(SyntaxError);
      }),
    );
  });
});
