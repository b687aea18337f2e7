import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from './config.js';

const jwk = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
const aMerchant = {
  serviceCode: 'a51e68aa-c6fa-11ed-afa1-0242ac120005',
  merchantId: '137d9304-0368-11ed-b939-0242ac120002',
  name: 'Demo shop',
  clientPublicKey: jwk,
  terminal: 'test',
};

const aCounterparty = {
  guid: '5a1c2f0e-7b3d-4c58-9e61-2d4f8a0b6c17',
  name: 'Bank A',
  alias: 'a',
  authServiceUrl: 'http://127.0.0.1:4000/dcm/auth/',
  employees: [{ login: 'operator@bank.example', password: 'Test-only-1!', roles: ['Operator'] }],
};

describe('configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  const file = join(folder, 'merchants.json');
  const withMerchants = (content: unknown) => {
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return () => readConfig({ MERCHANTS_FILE: file });
  };
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('needs nothing', () => {
    expect(readConfig({})).toEqual({ host: '127.0.0.1', port: 4001, merchants: [], strict: false });
  });

  it('takes everything', () => {
    const env = {
      PORT: '0',
      HOST: '0.0.0.0',
      PUBLIC_URL: 'https://bank.example/',
      SIMULATOR_STRICT: '1',
      STATE_FILE: 's',
    };
    expect(readConfig({ ...env, MERCHANTS_FILE: (withMerchants([aMerchant])(), file) })).toMatchObject({
      port: 0,
      publicUrl: 'https://bank.example',
      strict: true,
      merchants: [{ name: 'Demo shop' }],
    });
  });

  it.each<[string, () => unknown, RegExp]>([
    ['a bad port', () => readConfig({ PORT: '70000' }), /^PORT is "70000".*set it to/],
    ['a bad address', () => readConfig({ PUBLIC_URL: 'ftp:x' }), /^PUBLIC_URL is "ftp:x"/],
    ['a bad switch', () => readConfig({ SIMULATOR_STRICT: 'yes' }), /^SIMULATOR_STRICT is "yes"/],
    ['a missing file', () => readConfig({ MERCHANTS_FILE: '/nowhere' }), /^MERCHANTS_FILE "\/nowhere" cannot be read/],
  ])('tells %s in one sentence', (_name, read, message) => {
    expect(read).toThrow(message);
  });

  it.each<[string, unknown, RegExp]>([
    ['what is not JSON', '{', /is not a JSON array/],
    ['what is not a list', {}, /is not a JSON array/],
    ['a bad id', [{ ...aMerchant, merchantId: 'x' }], /merchant 1: merchantId must be a UUID/],
    ['a bad terminal', [aMerchant, { ...aMerchant, terminal: 'x' }], /merchant 2: terminal must be/],
    ['a short key', [{ ...aMerchant, clientPublicKey: { ...jwk, x: 'AA' } }], /clientPublicKey x must be 48 bytes/],
    ['no key', [{ ...aMerchant, clientPublicKey: undefined }], /clientPublicKey must be a JWK object/],
  ])('refuses %s as merchants', (_name, content, message) => {
    expect(withMerchants(content)).toThrow(message);
  });

  const withCounterparties = (content: unknown) => {
    writeFileSync(file, JSON.stringify(content));
    return readConfig({ COUNTERPARTIES_FILE: file }).counterparties;
  };
  it('takes counterparties', () => {
    const authServiceUrl = 'http://127.0.0.1:4000/dcm/auth';
    expect(withCounterparties([aCounterparty])).toMatchObject([{ ...aCounterparty, authServiceUrl, merchants: [] }]);
  });
  it.each<[string, unknown, RegExp]>([
    ['what is not a list', {}, /^COUNTERPARTIES_FILE ".*" is not a JSON array: write \[\{"guid"/],
    ['a bad id', [{ ...aCounterparty, guid: 'x' }], /counterparty 1: guid must be a UUID; correct/],
    ['no address', [{ ...aCounterparty, authServiceUrl: undefined }], /authServiceUrl must be a non-empty string/],
    ['a foreign scheme', [{ ...aCounterparty, authServiceUrl: 'ftp://x' }], /authServiceUrl must be a web address/],
    ['a wordless employee', [{ ...aCounterparty, employees: [{ login: 'a' }] }], /password of an employee is missing/],
    ['half a key', [{ ...aCounterparty, firstJwk: { kty: 'RSA' } }], /firstJwk: invalid jwk: data.alg is missing/],
    ['a merchant without keys', [{ ...aCounterparty, merchants: [{}] }], /a merchant needs jwks or jwksUrl/],
    ['one login twice', [aCounterparty, aCounterparty], /names employee operator@bank.example twice: give/],
  ])('refuses %s as counterparties', (_name, content, message) => {
    expect(() => withCounterparties(content)).toThrow(message);
  });
});
