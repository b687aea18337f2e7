import fc from 'fast-check';
import { parseJsonObject, StrictJsonError } from './strict-json.js';

const parse = (text: string): unknown => parseJsonObject(Buffer.from(text));

describe('parseJsonObject', () => {
  it.each([
    ['{"a":1,"a":1}', 'duplicate_member'],
    ['{"a":1,"\\u0061":2}', 'duplicate_member'],
    ['{"o":{"a":1,"a":2}}', 'duplicate_member'],
    ['[{"a":1}]', 'not_an_object'],
    ['"text"', 'not_an_object'],
    ['null', 'not_an_object'],
    ['{"a":1} {', 'not_json'],
    ['\ufeff{"a":1}', 'not_json'],
    ['{"a', 'not_json'],
    [`${'['.repeat(40)}${']'.repeat(40)}`, 'too_deep'],
    ['{"__proto__":1,"__proto__":2}', 'duplicate_member'],
  ])('refuses %s', (text, reason) => {
    expect(() => parse(text)).toThrow(new StrictJsonError(reason as 'not_json'));
  });

  it('refuses what is not UTF-8', () => {
    expect(() => parseJsonObject(Buffer.from([0x7b, 0xff, 0x7d]))).toThrow('not_utf8');
  });

  it('does not take colons, quotes and braces in strings for structure', () => {
    const value = { 'a:b': 'c:"d\\', '{': ['}:', { '\\': ':' }], '"': '\\"' };
    expect(parse(JSON.stringify(value))).toEqual(value);
  });

  it('keeps __proto__ a member like any other', () => {
    const value = parse('{"__proto__":{"alg":"RS256"}}') as { alg?: string };
    expect(value.alg).toBeUndefined();
  });

  it('reads every object that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (value) => {
        const text = JSON.stringify(value);
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
