import { aKey } from '../../test/raw-token.js';
import { KEY_WRAPS, type KeyWrap, openPersonalData, sealPersonalData } from './personal-data.js';

const bank = aKey('bank');
const [DATA, WRAPS] = [
  { name: 'Олена Приклад', tax_number: '0000000000' },
  Object.keys(KEY_WRAPS) as KeyWrap[],
] as const;

describe('personal data for another bank', () => {
  it.each(WRAPS)('is read by the recipient alone, wrapped by %s', (wrap) => {
    const { values, encryption } = sealPersonalData(DATA, bank.jwk, wrap);
    expect(openPersonalData(values, encryption, { privateKey: bank.privateKey, wrap })).toEqual(DATA);
    expect(Buffer.from(values.tax_number, 'base64')).toHaveLength(26); // as in the published sample: ten digits and a tag
    const { privateKey } = aKey('other');
    expect(() => openPersonalData(values, encryption, { privateKey, wrap })).toThrow('not_decryptable');
  });

  it('has a key and a nonce of its own each time', () => {
    const [one, other] = [sealPersonalData(DATA, bank.jwk, 'pkcs1'), sealPersonalData(DATA, bank.jwk, 'pkcs1')];
    expect(one.encryption.nonce).not.toBe(other.encryption.nonce);
    expect(one.values.name).not.toBe(other.values.name);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['a changed byte', (bytes) => Buffer.concat([Buffer.from([(bytes[0] ?? 0) ^ 1]), bytes.subarray(1)])],
    ['a shortened tag', (bytes) => bytes.subarray(0, -1)],
    ['nothing', () => Buffer.alloc(0)],
  ])('is refused with %s', (_, spoil) => {
    const { values, encryption } = sealPersonalData(DATA, bank.jwk, 'oaep-sha256');
    const spoilt = { ...values, name: spoil(Buffer.from(values.name, 'base64')).toString('base64') };
    const key = { privateKey: bank.privateKey, wrap: 'oaep-sha256' } as const;
    expect(() => openPersonalData(spoilt, encryption, key)).toThrow('not_decryptable');
  });

  it('goes to no key that is too weak', () => {
    expect(() => sealPersonalData(DATA, aKey('weak', 1024).jwk, 'oaep-sha256')).toThrow('1024 bits');
  });
});
