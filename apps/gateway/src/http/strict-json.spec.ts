import fc from 'fast-check';
import { growthOf } from '../../../../test/support/growth.js';
import { HttpProblem } from './http-problem.js';
import { parseRequestJson } from './strict-json.js';

/** Eight times the size may cost this many times eight times as much (caches, collections); a square would be 64. */
const SLACK = 4;

function refusalOf(text: string): HttpProblem {
  try {
    parseRequestJson(text);
  } catch (error) {
    if (error instanceof HttpProblem) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('parseRequestJson', () => {
  it.each<[string, unknown]>([
    ['{"amount":12550}', { amount: 12_550 }],
    [' { "a" : [ 1 , -2 , true , null , "ї" ] } ', { a: [1, -2, true, null, 'ї'] }],
    ['999999999999999', 999_999_999_999_999],
    ['-999999999999999', -999_999_999_999_999],
    ['{"a":{"b":{"c":[]}}}', { a: { b: { c: [] } } }],
    ['"\\u0456"', 'і'],
    ['"\\ud83d\\ude00"', '😀'],
  ])('reads %s', (text, value) => {
    expect(parseRequestJson(text)).toEqual(value);
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
        expect(parseRequestJson(JSON.stringify(input))).toEqual(JSON.parse(JSON.stringify(input)));
      }),
    );
  });

  it.each(['1.0', '1.5', '1e2', '1E2', '1e-2', '100.00', '1234567890123456', '-1.0', '0.1', '1e400'])(
    'refuses the number %s, wherever it stands',
    (number) => {
      for (const text of [number, `{"amount":${number}}`, `[[${number}]]`]) {
        const refusal = refusalOf(text);
        expect(refusal.code).toBe('VALIDATION_FAILED');
        expect(refusal.errors?.[0]?.message).toContain('must be a whole number of at most 15 digits');
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
      message: expect.stringMatching(/^The member "a(mount)?" is there twice/u) as string,
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
    expect(parseRequestJson(text)).toEqual(JSON.parse(text));
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

  it.each<[string, (depth: number) => string]>([
    ['lists', (depth) => '['.repeat(depth)],
    ['closed lists', (depth) => '['.repeat(depth) + ']'.repeat(depth)],
    ['objects', (depth) => '{"a":'.repeat(depth)],
    ['closed objects', (depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`],
  ])('survives %s nested a hundred thousand deep, at a price no worse than their length', (_what, make) => {
    const texts = new Map([100_000, 12_500].map((depth) => [depth, make(depth)]));
    const growth = growthOf((depth) => refusalOf(texts.get(depth)!), { small: 12_500, large: 100_000 });
    expect(refusalOf(texts.get(100_000)!).code).toBe('BODY_NOT_JSON');
    expect(growth).toBeLessThan(8 * SLACK);
  });

  it.each<[string, (size: number) => string]>([
    ['many members', (size) => `{${Array.from({ length: size }, (_none, n) => `"k${n}":1`).join()}}`],
    ['one long text', (size) => `"${'x'.repeat(size * 8)}"`],
    ['many equal members', (size) => `{${Array.from({ length: size }, () => '"k":1').join()}}`],
    ['an open end', (size) => `[${'1,'.repeat(size * 4)}`],
  ])('the price of %s grows with their size, not with its square', (_what, make) => {
    const texts = new Map([50_000, 6_250].map((size) => [size, make(size)]));
    const parse = (size: number): unknown => parseRequestJson(texts.get(size)!);
    const refused = make(2).endsWith(',') || make(2).includes('"k":1,"k"');
    if (refused) expect(() => parse(50_000)).toThrow(HttpProblem);
    else expect(() => parse(50_000)).not.toThrow();
    const attempt = (size: number): unknown => (refused ? refusalOf(texts.get(size)!) : parse(size));
    expect(growthOf(attempt, { small: 6_250, large: 50_000 })).toBeLessThan(8 * SLACK);
  });
});
