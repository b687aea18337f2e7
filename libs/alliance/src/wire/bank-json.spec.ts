import fc from 'fast-check';
import { parseBankJson, parseHeaderJson } from './bank-json.js';

const DEEP = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

describe('parseBankJson', () => {
  it.each([
    ['a duplicate member that decides', '{"status":"FAIL","status":"SUCCESS"}'],
    ['a duplicate of the same value', '{"coinAmount":1,"coinAmount":1}'],
    ['a duplicate written with an escape', '{"status":"FAIL","st\\u0061tus":"SUCCESS"}'],
    ['a duplicate in one of the operations', '{"operations":[{"type":"A"},{"type":"B","status":"x","status":"y"}]}'],
    ['a duplicate in the operation', '{"operation":{"rrn":"1","rrn":"2"}}'],
    ['a duplicate code', '{"transactionResponseInfo":{"actionCode":0,"actionCode":1}}'],
    ['a duplicate list', '{"operations":[],"operations":[{}]}'],
    ['two error codes', '{"msgCode":"a","msgCode":"b"}'],
    ['two tokens', '{"jwe":"a","jwe":"b"}'],
    ['two keys', '{"serverPublic":{},"serverPublic":null}'],
    ['an amount with a fraction', '{"coinAmount":1.0}'],
    ['an amount with an exponent', '{"coinAmount":1e2}'],
    ['a source amount with an exponent', '{"operation":{"sourceAmount":1E2}}'],
    ['an amount beyond safe integers', '{"operations":[{"coinAmount":12345678901234567}]}'],
    ['half a body', '{"a":'],
    ['nothing', ''],
    ['two values', '{}{}'],
    ['a comment', '{/**/}'],
  ])('refuses %s', (_name, text) => {
    expect(() => parseBankJson(text)).toThrow(SyntaxError);
  });

  it.each([
    ['other amounts in any form', '{"limits":{"maxAmount":1.5},"amount":1e2,"feeAmount":-0.0,"amountText":"1,5"}'],
    ['an amount of something else', '{"limits":{"coinAmount":1.5},"operations":[{"fee":{"coinAmount":1e2}}]}'],
    ['a duplicate that decides nothing', '{"msgText":"a","msgText":"b","x":1,"x":2}'],
    ['a duplicate in something else', '{"limits":{"status":"a","status":"b"},"validation":{"type":1,"type":2}}'],
    ['a rate', '{"coinAmount":100,"conversionRate":44.35}'],
    ['the same members one below the other', '{"type":"a","operation":{"type":"b"},"operations":[{"type":"c"}]}'],
    ['something deep', `{"status":"SUCCESS","x":${DEEP}}`],
    ['a mark of the byte order', '\uFEFF{"a":1}'],
    ['text that looks like members', '{"a":"\\"status\\":1,\\"status\\":2","b":"}{]["}'],
    ['a backslash', '{"a":"\\\\","b":1}'],
  ])('reads %s', (_name, text) => {
    expect(() => parseBankJson(text)).not.toThrow();
    if (!text.includes(DEEP))
      expect(parseBankJson(Buffer.from(text))).toEqual(JSON.parse(text.replace(/^\uFEFF/u, '')));
  });

  it('reads text that is no UTF-8, with a mark where it cannot be read', () => {
    const body = Buffer.concat([
      Buffer.from('{"status":"SUCCESS","msgText":"'),
      Buffer.from([0xcf, 0xf0]),
      Buffer.from('"}'),
    ]);
    expect(parseBankJson(body)).toMatchObject({ status: 'SUCCESS' });
    expect(
      parseBankJson(Buffer.from([...Buffer.from('{"status":"SUCCESS'), 0xff, ...Buffer.from('"}')])),
    ).not.toMatchObject({
      status: 'SUCCESS',
    });
  });

  it('quotes nothing of the text', () => {
    expect(() => parseBankJson('{"refreshToken":"secret" oops')).toThrow(/^not JSON$/);
  });

  it('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(parseBankJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('finds a duplicate that decides wherever it is read', () => {
    const path = fc.array(fc.constantFrom('operation', 'operations', 'transactionResponseInfo'), { maxLength: 3 });
    fc.assert(
      fc.property(path, fc.constantFrom('status', 'merchantRequestId'), fc.jsonValue(), (keys, key, value) => {
        const object = `{"${key}":1,"${key}":${JSON.stringify(value)}}`;
        const text = keys.reduce((inner, outer, depth) => `{"${outer}":${depth % 2 ? `[${inner}]` : inner}}`, object);
        expect(() => parseBankJson(text)).toThrow(SyntaxError);
      }),
    );
  });
});

describe('parseHeaderJson', () => {
  it.each([
    ['any duplicate', Buffer.from('{"a":1,"a":2}')],
    ['a duplicate deep down', Buffer.from('{"a":[{"b":{"c":1,"c":1}}]}')],
    ['what is not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('refuses %s', (_name, bytes) => {
    expect(() => parseHeaderJson(bytes)).toThrow(SyntaxError);
  });
});
