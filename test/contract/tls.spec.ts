import { generateKeyPairSync } from 'node:crypto';
import { get } from 'node:https';
import { Test } from '@nestjs/testing';
import {
  type AllianceAccount,
  AllianceAccounts,
  AllianceClient,
  AllianceModule,
  CommunicationKey,
} from '#libs/alliance';
import { DcmClient, DcmModule, DcmTokens, importSigningKey, InMemorySigningKeys, JwksCache } from '#libs/dcm';
import { EnvelopeKeystore, VaultTransitKekProvider } from '#libs/keystore';
import { startUntrustedServer, type TlsServer } from '../support/self-signed.js';

class OneAccount extends AllianceAccounts {
  constructor(private readonly account: AllianceAccount) {
    super();
  }
  override load(): Promise<AllianceAccount> {
    return Promise.resolve(this.account);
  }
}

/** Whoever cannot show a certificate that somebody vouches for gets not one byte of a request. */
describe('a server with a certificate of its own making', () => {
  let server: TlsServer;

  beforeEach(async () => {
    server = await startUntrustedServer();
  });
  afterEach(() => server.stop());

  it('would answer whoever does not look', async () => {
    const status = await new Promise((resolve, reject) => {
      get(server.url, { rejectUnauthorized: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).on('error', reject);
    });
    expect([status, server.requests]).toEqual([200, ['/']]);
  });

  it('is not the bank', async () => {
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
    const clientKey = await CommunicationKey.import(jwk);
    const accounts = new OneAccount({ id: 'a', baseUrl: server.url, merchantId: 'm', serviceCode: 's', clientKey });
    const module = await Test.createTestingModule({
      imports: [AllianceModule.forRoot({ accounts, timeoutMs: 3_000 })],
    }).compile();
    await module.init();
    const error = await module
      .get(AllianceClient)
      .hppOrder('a', 'order-1')
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'AllianceError', noEffect: true });
    expect([server.requests, server.connections > 0]).toEqual([[], true]);
    await module.close();
  });

  it('is not DCM', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keys = new InMemorySigningKeys(importSigningKey(privateKey, 'test-bank'));
    const employee = { login: 'op@bank.example', password: 'Correct-horse-1!' };
    const options = { baseUrl: server.url, counterpartyGuid: '5a1c2f0e-7b3d-4c58-9e61-2d4f8a0b6c17', keys, employee };
    const module = await Test.createTestingModule({
      imports: [DcmModule.forRoot({ ...options, timeoutMs: 3_000 })],
    }).compile();
    await module.init();
    const token = await module.get(DcmTokens).authorization({ flow: 'sign-in', obj: 'o', sub: 's' });
    await expect(module.get(DcmClient).authenticate(token)).rejects.toMatchObject({ name: 'DcmError' });
    expect([server.requests, server.connections > 0]).toEqual([[], true]);
    await module.close();
  });

  it('gives no keys of DCM', async () => {
    const events: string[] = [];
    const cache = new JwksCache({ url: server.url, audit: ({ event }) => events.push(event) });
    await cache.start();
    expect(await cache.find('dcm-1')).toBeUndefined();
    expect([server.requests, server.connections > 0]).toEqual([[], true]);
    await cache.close();
  });

  it('is not Vault', async () => {
    const keks = new VaultTransitKekProvider({
      address: server.url,
      key: 'gateway',
      token: () => 'token',
      timeoutMs: 3_000,
    });
    const place = { table: 't', column: 'c', row: 'r', accountId: 'a', version: 1 };
    await expect(new EnvelopeKeystore(keks).seal(Buffer.from('secret'), place)).rejects.toMatchObject({
      code: 'KEYSTORE_UNAVAILABLE',
    });
    expect([server.requests, server.connections > 0]).toEqual([[], true]);
  });
});
