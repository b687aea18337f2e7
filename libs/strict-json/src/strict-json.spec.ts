import fc from 'fast-check';
import { type JsonRules, parseStrictJson, type StrictJsonError } from './strict-json.js';

function refusal(text: string, rules?: JsonRules): StrictJsonError {
  try {
    parseStrictJson(text, rules);
  } catch (error) {
    return error as StrictJsonError;
  }
  throw new Error('It was accepted.');
}

describe('parseStrictJson', () => {
  it('is as its example says', () => {
    expect(parseStrictJson('{"amount":12550}')).toEqual({ amount: 12_550 });
    expect(refusal('{"amount":1,"amount":2}')).toMatchObject({ reason: 'duplicate_member', member: 'amount' });
  });

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"o":{"a":1,"a":2}}',
    '[{"a":[],"a":{}}]',
    '{"__proto__":1,"__proto__":2}',
    '{"x":[1,{"a":"}","a":"]"}]}',
  ])('refuses a member that is there twice: %s', (text) => {
    expect(refusal(text)).toMatchObject({ name: 'StrictJsonError', reason: 'duplicate_member' });
  });

  it('takes the same name in different objects, and names that look like structure', () => {
    const text = '{"a":{"x":1,"y:":"x"},"b":{"x":1},"c":[{"x":1},{"x":1}],"{\\"x\\":":1,"\\\\":"\\""}';
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it('says where a text stops being JSON, without quoting it', () => {
    const error = refusal('{"a":"canary" "b":1}');
    expect(error).toMatchObject({ reason: 'not_json', position: 14 });
    expect(String(error)).not.toContain('canary');
    expect(refusal('{"a')).toMatchObject({ reason: 'not_json' });
  });

  it.each([
    ['[[1]]', 2, undefined],
    ['[[[1]]]', 2, 'too_deep'],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 32, 'too_deep'],
  ])('counts levels of %.10s against %i', (text, maxDepth, reason) => {
    const result = reason === undefined ? parseStrictJson(text, { maxDepth }) : refusal(text, { maxDepth }).reason;
    expect(result).toEqual(reason ?? [[1]]);
  });

  it('tells how numbers, names and texts are written, and whose they are', () => {
    const heard: unknown[] = [];
    parseStrictJson('{"a":1.0,"b":[-2e3,"t\\u0065xt"],"c":{"d":7},"e":true}', {
      number: (literal, member) => heard.push([literal, member]),
      member: (name) => heard.push(name),
      text: (text) => heard.push({ text }),
    });
    expect(heard).toEqual(['a', ['1.0', 'a'], 'b', ['-2e3', ''], { text: 'text' }, 'c', 'd', ['7', 'd'], 'e']);
  });

  it('looks at a value that is no object, too', () => {
    const number = (literal: string): void => {
      throw new RangeError(literal);
    };
    expect(() => parseStrictJson('1e2', { number })).toThrow(new RangeError('1e2'));
  });

  it('is strict where its rules say so, and nowhere else', () => {
    const rules: JsonRules = { once: (name) => name === 'id', reads: (name) => name === 'order' };
    expect(refusal('{"order":{"id":1,"id":1}}', rules)).toMatchObject({ member: 'id' });
    expect(refusal('{"order":[{"id":1},{"id":1,"id":1}]}', rules)).toMatchObject({ member: 'id' });
    for (const text of ['{"note":1,"note":2}', '{"extra":{"id":1,"id":2}}', '{"extra":{"order":{"id":1,"id":2}}}']) {
      expect(() => parseStrictJson(text, rules)).not.toThrow();
    }
  });

  it('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
