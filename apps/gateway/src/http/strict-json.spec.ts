import fc from 'fast-check';
import { HttpProblem } from './http-problem.js';
import { parseStrictJson } from './strict-json.js';

function refusalOf(text: string): HttpProblem {
  try {
    parseStrictJson(text);
  } catch (error) {
    if (error instanceof HttpProblem) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('parseStrictJson', () => {
  it.each<[string, unknown]>([
    ['{"amount":12550}', { amount: 12_550 }],
    [' { "a" : [ 1 , -2 , true , null , "ї" ] } ', { a: [1, -2, true, null, 'ї'] }],
    ['999999999999999', 999_999_999_999_999],
    ['-999999999999999', -999_999_999_999_999],
    ['{"a":{"b":{"c":[]}}}', { a: { b: { c: [] } } }],
    ['"\\u0456"', 'і'],
    ['"\\ud83d\\ude00"', '😀'],
  ])('reads %s', (text, value) => {
    expect(parseStrictJson(text)).toEqual(value);
  });

  it('reads whatever JSON.stringify writes of whole numbers and texts', () => {
    const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.string({ unit: 'grapheme' }));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('object')),
      object: fc.dictionary(
        fc.stringMatching(/^[a-z]{1,8}$/u).filter((key) => key !== 'constructor'),
        tie('value'),
      ),
    }));
    fc.assert(
      fc.property(value, (input) => {
        expect(parseStrictJson(JSON.stringify(input))).toEqual(JSON.parse(JSON.stringify(input)));
      }),
    );
  });

  it.each(['1.0', '1.5', '1e2', '1E2', '1e-2', '100.00', '1234567890123456', '-1.0', '0.1', '1e400'])(
    'refuses the number %s, wherever it stands',
    (number) => {
      for (const text of [number, `{"amount":${number}}`, `[[${number}]]`]) {
        const refusal = refusalOf(text);
        expect(refusal.code).toBe('VALIDATION_FAILED');
        expect(refusal.errors?.[0]?.message).toContain('numbers are whole, written in at most 15 digits');
      }
    },
  );

  it.each([
    '{"amount":1,"amount":2}',
    '{"a":{"amount":1,"amount":"1"}}',
    '{"amount":1,"\\u0061mount":2}',
    '{"a":{"b":1},"a":{"b":2}}',
    '{"a":[1],"a":[1,2]}',
  ])('refuses contradicting members: %s', (text) => {
    expect(refusalOf(text)).toMatchObject({
      code: 'BODY_NOT_JSON',
      message: expect.stringContaining("Duplicate key 'a") as string,
    });
  });

  it.each(['{"amount":1,"amount":1}', '{"a":{},"a":[]}', '{"a":{"b":"}","b":"}"}}', '{"a":1,"\\u0061":1}'])(
    'refuses equal members: %s',
    (text) => {
      expect(refusalOf(text)).toMatchObject({ code: 'BODY_NOT_JSON' });
    },
  );

  it('takes the same name in different objects, and names that look like structure', () => {
    const text = '{"a":{"x":1,"y:":"x"},"b":{"x":1},"c":[{"x":1},{"x":1}],"{\\"x\\":":1}';
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it.each(['{"__proto__":{"admin":1}}', '{"a":{"__proto__":1}}', '[{"constructor":{}}]', '{"\\u005f_proto__":1}'])(
    'refuses the dangerous member of %s',
    (text) => {
      expect(refusalOf(text).message).toMatch(/must not be called "(__proto__|constructor)"/);
      expect(({} as { admin?: unknown }).admin).toBeUndefined();
    },
  );

  it.each([
    '',
    ' ',
    '{}x',
    '{} {}',
    '[1,]',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    '{"a"}',
    '{"a":}',
    '01',
    '+1',
    '.5',
    '-',
    'NaN',
    'undefined',
    '"\u0001"',
    '"\\x"',
    '"\\u12"',
    '"open',
    '[',
    '{"a":[}',
    '\ufeff{}',
    '/* c */ {}',
  ])('refuses %j', (text) => {
    expect(refusalOf(text).code).toBe('BODY_NOT_JSON');
  });

  it.each([
    ['"a\\u0000b"', 'U+0000'],
    ['{"a":["\\u0000"]}', 'U+0000'],
    ['{"a\\u0000":1}', 'U+0000'],
    ['"\\ud800"', 'half a character'],
    ['{"a":"\\udc00\\ud800"}', 'half a character'],
  ])('refuses %s, which no database can hold', (text, what) => {
    expect(refusalOf(text)).toMatchObject({ code: 'BODY_NOT_JSON', message: expect.stringContaining(what) as string });
  });

  it('says where it stopped, without quoting what was sent', () => {
    const { message } = refusalOf('{"customer":{"email":"olena@example.com" "x":1}}');
    expect(message).toMatch(/at position \d+/);
    expect(message).not.toContain('olena');
  });

  it.each<[string, string]>([
    ['lists', '['.repeat(100_000)],
    ['closed lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects', '{"a":'.repeat(100_000)],
    ['closed objects', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
  ])('survives %s nested a hundred thousand deep, at once', (_what, text) => {
    const startedAt = performance.now();
    expect(refusalOf(text).code).toBe('BODY_NOT_JSON');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it.each<[string, (size: number) => string]>([
    ['many members', (size) => `{${Array.from({ length: size }, (_none, n) => `"k${n}":1`).join()}}`],
    ['one long text', (size) => `"${'x'.repeat(size * 8)}"`],
    ['many equal members', (size) => `{${Array.from({ length: size }, () => '"k":1').join()}}`],
    ['an open end', (size) => `[${'1,'.repeat(size * 4)}`],
  ])('is done with %s at once', (_what, make) => {
    const text = make(50_000);
    const startedAt = performance.now();
    const parse = (): unknown => parseStrictJson(text);
    if (text.endsWith(',') || text.includes('"k":1,"k"')) expect(parse).toThrow(HttpProblem);
    else expect(parse).not.toThrow();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
