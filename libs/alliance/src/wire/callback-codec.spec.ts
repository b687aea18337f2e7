import { gzipSync } from 'node:zlib';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeCallback } from './callback-codec.js';
import { CommunicationKey } from '../jwe/communication-key.js';
import { sealJwe } from '../jwe/jwe-codec.js';

const fixture = (name: string): string => readFileSync(`test/fixtures/alliance/${name}.callback.json`, 'utf8');
const aKey = (): Promise<CommunicationKey> =>
  CommunicationKey.import(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' }));

describe('decodeCallback', () => {
  let key: CommunicationKey;
  beforeAll(async () => {
    key = await aKey();
  });

  it('an order with an empty operation', async () => {
    await expect(decodeCallback(fixture('hpp-callback.purchase'), key)).resolves.toEqual({
      encoding: 'plain',
      hppOrderId: '1783591442895jb5dQjA1bUl',
      merchantRequestId: 'd7208e22-0fb1-466d-b9cc-41c027075fb6',
      merchantId: '467c8a10-c705-11ed-afa1-0242ac120002',
      orderStatus: 'SUCCESS',
      operations: [],
    });
  });

  it.each(['hpp-callback.a2a-external', 'hpp-callback.legacy-operations-object'])(
    '%s has one operation',
    async (name) => {
      const callback = await decodeCallback(Buffer.from(fixture(name)), key);
      expect(callback.hppOrderId).toBeDefined();
      expect(callback.operations).toHaveLength(1);
    },
  );

  it.each(['h2h-callback.a2c', 'h2h-callback.purchase-jws-payload', 'h2h-callback.refund'])(
    '%s is an operation of its own, blank members absent',
    async (name) => {
      const callback = await decodeCallback(fixture(name), key);
      expect(callback.operations).toEqual([expect.objectContaining({ status: 'SUCCESS' })]);
      expect(Object.keys(callback)).toEqual(['encoding', 'operations']);
    },
  );

  it('an operation of an order names the order', async () => {
    const callback = await decodeCallback(fixture('h2h-callback.purchase-multicurrency'), key);
    expect(callback).toMatchObject({ hppOrderId: '1783591442895jb5dQjA1bUl' });
    expect(callback.operations).toEqual([expect.objectContaining({ coinAmount: 444, sourceAmount: 10 })]);
  });

  it.each([
    ['five segments', (jwe: string) => jwe],
    ['a trailing line break', (jwe: string) => `${jwe}\n`],
    ['an envelope', (jwe: string) => JSON.stringify({ jwe })],
  ])('encrypted, as %s', async (_name, wrap) => {
    const jwe = await sealJwe(fixture('hpp-callback.a2a-external'), key.publicJwk());
    const callback = await decodeCallback(wrap(jwe), key);
    expect(callback).toMatchObject({ encoding: 'encrypted', orderStatus: 'SUCCESS' });
    expect(callback.operations).toHaveLength(1);
  });

  it('encrypted to another key is refused', async () => {
    const jwe = await sealJwe('{}', (await aKey()).publicJwk());
    await expect(decodeCallback(jwe, key)).rejects.toMatchObject({ code: 'ALLIANCE_JWE_REFUSED' });
  });

  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'not_json'],
    ['HTML', '<html>', 'not_json'],
    ['a list', '[]', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['a text', '"a.b.c.d.e"', 'not_an_object'],
    ['an empty object', '{}', 'schema_mismatch'],
    ['a duplicate member', '{"hppOrderId":"a","hppOrderId":"b","operation":{}}', 'not_json'],
    ['an amount with exponent', '{"orderStatus":"SUCCESS","operation":{"coinAmount":1e2}}', 'not_json'],
    ['no UTF-8', new Uint8Array([0xff, 0xfe]), 'not_json'],
    ['gzip', gzipSync('{"orderStatus":"SUCCESS","operation":{}}'), 'not_json'],
    ['more than 64 KB', `{"orderStatus":"${'x'.repeat(65_536)}"}`, 'too_large'],
    ['more than 64 KB in letters of two bytes', `{"orderStatus":"${'ї'.repeat(33_000)}"}`, 'too_large'],
  ])('refuses %s', async (_name, body, reason) => {
    await expect(decodeCallback(body, key)).rejects.toMatchObject({ code: 'ALLIANCE_INVALID_CALLBACK', reason });
  });

  it.each<[string, string | Uint8Array]>([
    ['an amount of something else', '{"orderStatus":"SUCCESS","operation":{},"limits":{"maxAmount":1.5}}'],
    ['a duplicate that decides nothing', '{"orderStatus":"SUCCESS","operation":{},"purpose":"a","purpose":"b"}'],
    [
      'text in another encoding',
      Buffer.from('{"orderStatus":"SUCCESS","operation":{},"purpose":"\xcf\xf0"}', 'latin1'),
    ],
    ['a byte order mark', '\uFEFF{"orderStatus":"SUCCESS","operation":{}}'],
    ['a message type', '{"orderStatus":"SUCCESS","operation":{},"msgType":"SUCCESS"}'],
  ])('reads %s', async (_name, body) => {
    await expect(decodeCallback(body, key)).resolves.toMatchObject({ orderStatus: 'SUCCESS' });
  });

  it('does not read signed callbacks yet', async () => {
    await expect(decodeCallback('eyJhbGciOiJFUzI1NiJ9.e30.c2ln', key)).rejects.toMatchObject({
      code: 'ALLIANCE_CALLBACK_UNSUPPORTED',
    });
  });
});
