import { generateKeyPairSync } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose';
import { AccountProvisioner } from '../../apps/gateway/src/payments/bank-access/account-provisioner.js';
import { aPaymentKey, aPaymentKeyPair } from '../support/payment-key.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type CallAnswer, OPS_KEY, startGateway, type WholeGateway } from './whole-gateway.js';

const pair = aPaymentKeyPair();
const WRONG: readonly (readonly [what: string, key: unknown, message: RegExp])[] = [
  ['a private key', pair.privateJwk, /^must be the public key of the bank: this one has the private member "d"$/u],
  ['another curve', { ...pair.publicJwk, crv: 'P-256' }, /^must be a public P-384 key: JWK member "crv" must be/u],
  ['a short coordinate', { ...pair.publicJwk, x: pair.publicJwk.x.slice(4) }, /JWK member "x" has 45 bytes/u],
  ['a point off the curve', { ...pair.publicJwk, y: aPaymentKey().y }, /JWK member "y" does not lie on P-384/u],
  ['no members', {}, /JWK member "kty" must be "EC"$/u],
  ['a text', 'key', /^must be an object$/u],
];

/** The bank's public key for card data, on its way to browsers. */
describe('the payment key of an account', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database);
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
  });

  const read = (id: string): Promise<CallAnswer> => gateway.call('GET', `/v1/merchant-accounts/${id}/payment-key`);
  const change = (id: string, paymentKey: unknown): Promise<CallAnswer> =>
    gateway.call('PATCH', `/ops/merchant-accounts/${id}`, { key: OPS_KEY, body: { paymentKey } });
  const kept = async (id: string): Promise<unknown> =>
    (await database.query('SELECT payment_key AS key FROM merchant_account WHERE id = $1', [id]))[0]?.['key'];

  it('is read by a page of any origin without a key, may be kept, and seals what the bank alone opens', async () => {
    const { id, bankMerchantId } = await addAccount(gateway, { paymentKey: { ...pair.publicJwk, kid: 'of the bank' } });
    const { status, headers, body, text } = await read(id);
    expect({ status, origin: headers['access-control-allow-origin'], kept: headers['cache-control'] }).toEqual({
      ...{ status: 200, origin: '*', kept: 'public, max-age=300' },
    });
    const jwk = body['jwk'] as JWK;
    const known = { ...pair.publicJwk, use: 'enc', alg: 'ECDH-ES+A256KW', kid: expect.stringMatching(/^[\w-]{43}$/u) };
    expect(body).toEqual({ object: 'payment_key', merchantAccountId: id, jwk: known, livemode: false });
    expect(text).not.toContain(bankMerchantId);
    const jwe = await new CompactEncrypt(Buffer.from('4111'))
      .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' })
      .encrypt(await importJWK(jwk));
    const opened = await compactDecrypt(jwe, await importJWK(pair.privateJwk, 'ECDH-ES+A256KW'));
    expect(Buffer.from(opened.plaintext).toString()).toBe('4111');
  });

  it('is another one, under another kid, as soon as an operator has changed it', async () => {
    const { id } = await addAccount(gateway, { paymentKey: aPaymentKey() });
    const before = (await read(id)).body['jwk'] as JWK;
    expect((await change(id, pair.publicJwk)).status).toBe(200);
    const after = (await read(id)).body['jwk'] as JWK;
    expect(after).toMatchObject(pair.publicJwk);
    expect(after.kid).not.toBe(before.kid);
  });

  it('is missed in the same words where there is no account, and where there is no key, and neither is kept', async () => {
    const { id } = await addAccount(gateway);
    const answers = [await read(id), await read('acc_nobody'), await read('x'.repeat(90))];
    for (const { status, body, headers } of answers) {
      expect([status, body['code'], body['detail']]).toEqual([
        404,
        'PAYMENT_KEY_NOT_FOUND',
        answers[0]?.body['detail'],
      ]);
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers['cache-control'] ?? 'no-store').not.toContain('public');
    }
  });

  it.each(WRONG)('is not taken from an operator: %s', async (_what, paymentKey, message) => {
    const { id } = await addAccount(gateway);
    const { status, body, text } = await change(id, paymentKey);
    expect([status, body['code']]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body['errors']).toEqual([{ path: 'paymentKey', message: expect.stringMatching(message) }]);
    expect(text).not.toContain(pair.privateJwk.d);
    expect(await kept(id)).toBeNull();
  });

  describe('by the environment', () => {
    const privateKey = JSON.stringify(
      generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' }),
    );
    const provision = (over: { name?: string; paymentKey?: string }): Promise<string> =>
      gateway.app.get(AccountProvisioner).provision({
        ...{ name: 'Shop', environment: 'test', baseUrl: 'https://bank.example', merchantId: 'by-environment' },
        ...{ serviceCode: 'service', privateKey, apiKey: undefined, ...over },
      });

    it('is installed, and an environment that does not name one leaves what is there', async () => {
      const id = await provision({});
      expect((await read(id)).status).toBe(404);
      await provision({ paymentKey: JSON.stringify(pair.publicJwk) });
      expect((await read(id)).body['jwk']).toMatchObject(pair.publicJwk);
      const changed = aPaymentKey();
      await change(id, changed);
      await provision({ name: 'Renamed' });
      expect((await read(id)).body['jwk']).toMatchObject(changed);
    });

    it('leaves what it does not speak of as an operator set it, whatever else of it changes', async () => {
      const id = await provision({});
      const set = { protocol_version: '2.0', payment_types: ['hosted_page', 'card'] };
      await database.query('UPDATE merchant_account SET protocol_version = $2, payment_types = $3 WHERE id = $1', [
        ...[id, set.protocol_version, set.payment_types],
      ]);
      await provision({ name: 'Renamed again' });
      const rows = await database.query('SELECT protocol_version, payment_types FROM merchant_account WHERE id = $1', [
        id,
      ]);
      expect(rows).toEqual([set]);
    });

    it.each([
      ['no JSON', '{', /^ALLIANCE_PAYMENT_KEY is not JSON: give the public JWK/u],
      ['a private key', JSON.stringify(pair.privateJwk), /^ALLIANCE_PAYMENT_KEY must be the public key of the bank/u],
    ])('is refused before anything is written: %s', async (_what, paymentKey, message) => {
      const rows = () => database.query('SELECT id, version FROM merchant_account ORDER BY id');
      const before = await rows();
      const refused = provision({ name: 'Never', paymentKey }).catch((error: unknown) => (error as Error).message);
      expect(await refused).toMatch(message);
      expect(await refused).not.toContain(pair.privateJwk.d);
      expect(await rows()).toEqual(before);
    });
  });
});
