import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { readAnswer } from './bank-answer.js';
import { CommunicationKey } from '../jwe/communication-key.js';
import { sealJwe } from '../jwe/jwe-codec.js';
import { operationWire } from './operation.wire.js';

const operation = readFileSync('test/fixtures/alliance/h2h-operations.purchase-multicurrency.response.json', 'utf8');
const operationWith = (members: object): string => JSON.stringify({ ...(JSON.parse(operation) as object), ...members });

describe('an answer whose form the bank has changed', () => {
  let key: CommunicationKey;
  const seal = (text: string): Promise<string> => sealJwe(text, key.publicJwk());
  const envelope = async (text: string): Promise<string> => JSON.stringify({ jwe: await seal(text) });

  beforeAll(async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    key = await CommunicationKey.import(privateKey.export({ format: 'jwk' }));
  });

  it.each<[string, () => string | Buffer | Promise<string | Buffer>]>([
    ['plain', () => operation],
    ['gzipped', () => gzipSync(operation)],
    ['an envelope, gzipped', async () => gzipSync(await envelope(operation))],
    ['with a byte order mark', () => `\uFEFF${operation}`],
    ['a token with a byte order mark and line breaks', async () => `\uFEFF${await seal(operation)}\r\n`],
    ['a token in quotation marks', async () => JSON.stringify(await seal(operation))],
    ['a token with blanks around it', async () => JSON.stringify({ jwe: ` ${await seal(operation)}\n` })],
    ['with a byte order mark in the token', () => envelope(`\uFEFF${operation}`)],
    ['an envelope of a good message', async () => JSON.stringify({ jwe: await seal(operation), msgType: 'SUCCESS' })],
    ...[
      { msgType: 'SUCCESS' },
      { msgType: 'success', msgCode: null, msgText: 5 },
      { msgType: 'SUCCESS', msgCode: 'ok' },
      { msgType: 'OK', requestId: {} },
      { msgType: null, msgCode: '' },
      { limits: { maxAmount: 1.5 }, feeAmount: 0.5, amounts: [1e2], amount: '1,5' },
      { cardNumberMask: [], errorDetails: {}, processingDateTime: {}, createDateTime: 5 },
    ].map((members): [string, () => string] => [`with ${JSON.stringify(members)}`, () => operationWith(members)]),
  ])('is read: %s', async (_form, body) => {
    const answer = await readAnswer(200, Buffer.from(await body()), key);
    expect('json' in answer && operationWire.parse(answer.json)).toMatchObject({
      status: 'SUCCESS',
      coinAmount: 444,
      sourceAmount: 10,
    });
  });

  it.each<[string, number, string, string]>([
    [
      'a known code, whatever the type of its message',
      200,
      '{"msgType":"SUCCESS","msgCode":"b_operation_not_found"}',
      'b_operation_not_found',
    ],
    ['a code without a type', 200, '{"msgCode":"b_new"}', 'b_new'],
    ['an unknown type', 200, '{"msgType":"TROUBLE"}', 'TROUBLE'],
    ['a refusal under an error status', 503, '{"msgType":"ERROR","msgCode":"b_overload_error"}', 'b_overload_error'],
  ])('is an error: %s', async (_what, status, body, msgCode) => {
    await expect(readAnswer(status, Buffer.from(body), key)).resolves.toMatchObject({ refusal: { msgCode } });
  });

  it.each<[number, string | Buffer]>([
    [503, '<html>'],
    [401, '{"error":"denied"}'],
    [500, ''],
    [502, gzipSync('{}').subarray(0, 12)],
    [504, '{"jwe":"a.b.c.d.e"}'],
    [404, '[]'],
  ])('HTTP %i is named before the form of its body', async (status, body) => {
    await expect(readAnswer(status, Buffer.from(body), key)).rejects.toMatchObject({ reason: `http_${status}` });
  });
});
