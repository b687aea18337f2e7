import { inspect } from 'node:util';
import { EnvelopeKeystore } from './envelope-keystore.js';
import { type SealPlace } from './keystore.js';
import { generateLocalKeys, LocalKekProvider, type LocalKeys } from './local-kek-provider.js';

const aPlace = (over: Partial<SealPlace> = {}): SealPlace => ({
  table: 'merchant_account',
  column: 'client_key',
  row: 'acc_1',
  accountId: 'acc_1',
  version: 1,
  ...over,
});
const secret = Buffer.from('a private key');
const keystoreOf = (keys: LocalKeys): EnvelopeKeystore => new EnvelopeKeystore(LocalKekProvider.from(keys));

describe('EnvelopeKeystore', () => {
  const keys = generateLocalKeys();
  const keystore = keystoreOf(keys);

  it('opens what it sealed, in the same place', async () => {
    const box = await keystore.seal(secret, aPlace());
    expect(Buffer.from(await keystore.open(box, aPlace()))).toEqual(secret);
    expect(box).not.toContain('private');
  });

  it('never seals the same value the same way twice', async () => {
    expect(await keystore.seal(secret, aPlace())).not.toBe(await keystore.seal(secret, aPlace()));
  });

  it.each<Partial<SealPlace>>([
    { table: 'bank_session' },
    { column: 'service_code' },
    { row: 'acc_2' },
    { accountId: 'acc_2' },
    { version: 2 },
  ])('refuses a value moved to %o', async (over) => {
    const box = await keystore.seal(secret, aPlace());
    await expect(keystore.open(box, aPlace(over))).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
  });

  it.each([
    ['one bit', (parts: string[]) => flipFirst(parts, 4), 'KEYSTORE_TAMPERED'],
    ['the wrapped key', (parts: string[]) => flipFirst(parts, 2), 'KEYSTORE_TAMPERED'],
    ['a tag cut to 4 bytes', (parts: string[]) => cut(parts, 12), 'KEYSTORE_TAMPERED'],
    ['nothing but a stump', (parts: string[]) => [...parts.slice(0, 4), 'AAAA'], 'KEYSTORE_MALFORMED'],
    ['another format', (parts: string[]) => ['ks9', ...parts.slice(1)], 'KEYSTORE_MALFORMED'],
    ['a foreign KEK id', (parts: string[]) => [parts[0]!, 'kek_other', ...parts.slice(2)], 'KEYSTORE_UNKNOWN_KEK'],
  ])('refuses %s', async (_what, spoil, code) => {
    const box = await keystore.seal(secret, aPlace());
    await expect(keystore.open(spoil(box.split('.')).join('.'), aPlace())).rejects.toMatchObject({ code });
  });

  it('still opens values of an older KEK after a newer one became current', async () => {
    const box = await keystore.seal(secret, aPlace());
    const next = generateLocalKeys();
    const rotated = keystoreOf({ current: next.current, keys: { ...keys.keys, ...next.keys } });
    expect(Buffer.from(await rotated.open(box, aPlace()))).toEqual(secret);
    expect(await rotated.seal(secret, aPlace())).toContain(`ks1.${next.current}.`);
  });
});

describe('LocalKekProvider', () => {
  it.each([
    ['a short key', { current: 'a', keys: { a: 'AAAA' } }, /KEK "a" has 3 bytes/],
    ['a missing current key', { current: 'b', keys: generateLocalKeys().keys }, /"b" is not among/],
    ['an id with a dot', { current: 'a.b', keys: { 'a.b': 'AAAA' } }, /not a KEK id/],
  ])('refuses %s and says which', (_what, keys, message) => {
    expect(() => LocalKekProvider.from(keys)).toThrow(message);
  });

  it('shows no key bytes when inspected', () => {
    const keys = generateLocalKeys();
    const shown = inspect(LocalKekProvider.from(keys), { depth: 10 });
    expect(shown).not.toContain(Object.values(keys.keys)[0]);
  });
});

function flipFirst(parts: string[], index: number): string[] {
  const bytes = Buffer.from(parts[index]!, 'base64url');
  bytes[0]! ^= 1;
  return parts.with(index, bytes.toString('base64url'));
}

function cut(parts: string[], bytesOff: number): string[] {
  const box = Buffer.from(parts[4]!, 'base64url');
  return parts.with(4, box.subarray(0, box.length - bytesOff).toString('base64url'));
}
