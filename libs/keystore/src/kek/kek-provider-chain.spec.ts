import { EnvelopeKeystore } from '../envelope/envelope-keystore.js';
import { KekProviderChain } from './kek-provider-chain.js';
import { LocalKekProvider } from './local-kek-provider.js';
import { addLocalKek, generateLocalKeys } from './local-keys.js';

const place = { table: 'payment', column: 'customer', row: 'pay_1', accountId: 'acc_1', version: 1 };
const secret = Buffer.from('a private key');

describe('KekProviderChain', () => {
  const [oldKeys, newKeys] = [generateLocalKeys(), generateLocalKeys()];
  const [oldKeks, newKeks] = [LocalKekProvider.from(oldKeys), LocalKekProvider.from(newKeys)];
  const chain = new KekProviderChain(newKeks, oldKeks);
  const keystore = new EnvelopeKeystore(chain);

  it('moves values from the older provider to the current one', async () => {
    const old = await new EnvelopeKeystore(oldKeks).seal(secret, place);
    expect(Buffer.from(await keystore.open(old, place))).toEqual(secret);
    const moved = await keystore.rewrap(old, place);
    expect(keystore.kekIdOf(moved)).toBe(newKeys.current);
    expect(Buffer.from(await new EnvelopeKeystore(newKeks).open(moved, place))).toEqual(secret);
  });

  it('refuses what none of them knows, and what one has retired', async () => {
    const stranger = await new EnvelopeKeystore(LocalKekProvider.from(generateLocalKeys())).seal(secret, place);
    await expect(keystore.open(stranger, place)).rejects.toMatchObject({ code: 'KEYSTORE_UNKNOWN_KEK' });
    const { added, keys } = addLocalKek(oldKeys);
    const retired = new KekProviderChain(newKeks, LocalKekProvider.from({ ...keys, current: added, minVersion: 2 }));
    const old = await new EnvelopeKeystore(oldKeks).seal(secret, place);
    await expect(new EnvelopeKeystore(retired).open(old, place)).rejects.toMatchObject({
      code: 'KEYSTORE_RETIRED_KEK',
    });
  });

  it('has the fingerprints of all', async () => {
    expect(await chain.fingerprints()).toEqual({
      ...(await oldKeks.fingerprints()),
      ...(await newKeks.fingerprints()),
    });
    expect(await chain.currentKek()).toBe(newKeys.current);
  });
});
