import { inspect } from 'node:util';
import fc from 'fast-check';
import { EnvelopeKeystore } from './envelope-keystore.js';
import { type KekProvider, type WrappedDek } from '../kek/kek-provider.js';
import { type SealPlace } from './keystore.js';
import { LocalKekProvider } from '../kek/local-kek-provider.js';
import { addLocalKek, generateLocalKeys, type LocalKeys } from '../kek/local-keys.js';

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
const bytesOf = async (opened: Promise<Uint8Array>): Promise<Buffer> => Buffer.from(await opened);

/** Counts what it is asked and can be made to lie. */
function watched(keys: LocalKeys, over: Partial<KekProvider> = {}): KekProvider & { unwraps: number } {
  const inner = LocalKekProvider.from(keys);
  return {
    unwraps: 0,
    currentKek: () => inner.currentKek(),
    wrap: (dek) => inner.wrap(dek),
    unwrap(kekId, wrapped) {
      this.unwraps += 1;
      return inner.unwrap(kekId, wrapped);
    },
    rewrap: (wrapped) => inner.rewrap(wrapped),
    fingerprints: () => inner.fingerprints(),
    ...over,
  };
}

/** Every member, and a pair that only differ in where one member ends. */
const OTHER_PLACES: Partial<SealPlace>[] = [
  { table: 'bank_session' },
  { column: 'service_code' },
  { row: 'acc_2' },
  { accountId: 'acc_2' },
  { version: 2 },
  { table: 'merchant_account","client_key', column: '' },
];

describe('EnvelopeKeystore', () => {
  const keys = generateLocalKeys();
  const keystore = keystoreOf(keys);

  it('opens what it sealed, in the same place', async () => {
    const box = await keystore.seal(secret, aPlace());
    expect(await bytesOf(keystore.open(box, aPlace()))).toEqual(secret);
    expect(box).not.toContain('private');
    expect(keystore.kekIdOf(box)).toBe(keys.current);
  });

  it('never seals the same value the same way twice', async () => {
    expect(await keystore.seal(secret, aPlace())).not.toBe(await keystore.seal(secret, aPlace()));
  });

  it('opens a value that was sealed before KEKs had versions', async () => {
    const id = 'kek_0123456789ab';
    const kek = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64url');
    const box = `ks1.${id}.euVv-4-bu0TDWaY5YOC6R0-WxxDPTncUYE2Fd4UfOhx6JNROHkXAnw.eJnRmJo33KXWJgtC.ob7M-bMu7ZJdlCmubh62elFAggFVtfn8UeB2YMQ`;
    const old = keystoreOf({ current: id, keys: { [id]: kek } });
    expect(await bytesOf(old.open(box, aPlace()))).toEqual(secret);
  });

  it.each(OTHER_PLACES)('refuses to open or rewrap a value moved to %o', async (over) => {
    const box = await keystore.seal(secret, aPlace());
    await expect(keystore.open(box, aPlace(over))).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
    await expect(keystore.rewrap(box, aPlace(over))).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
  });

  it.each([
    ['one bit', (parts: string[]) => flipFirst(parts, 4), 'KEYSTORE_TAMPERED'],
    ['the wrapped key', (parts: string[]) => flipFirst(parts, 2), 'KEYSTORE_TAMPERED'],
    ['the iv', (parts: string[]) => flipFirst(parts, 3), 'KEYSTORE_TAMPERED'],
    ['nothing but a stump', (parts: string[]) => [...parts.slice(0, 4), 'AAAA'], 'KEYSTORE_MALFORMED'],
    ['a short iv', (parts: string[]) => parts.with(3, 'AAAA'), 'KEYSTORE_MALFORMED'],
    ['a padded member', (parts: string[]) => parts.with(3, `${parts[3]!}=`), 'KEYSTORE_MALFORMED'],
    ['another format', (parts: string[]) => ['ks9', ...parts.slice(1)], 'KEYSTORE_MALFORMED'],
    ['a member too many', (parts: string[]) => [...parts, 'AAAA'], 'KEYSTORE_MALFORMED'],
    ['a KEK id that is none', (parts: string[]) => parts.with(1, 'kek\n'), 'KEYSTORE_MALFORMED'],
    ['a foreign KEK id', (parts: string[]) => parts.with(1, 'kek_other'), 'KEYSTORE_UNKNOWN_KEK'],
    ['a name of the prototype', (parts: string[]) => parts.with(1, '__proto__'), 'KEYSTORE_UNKNOWN_KEK'],
  ])('refuses %s', async (_what, spoil, code) => {
    const box = spoil((await keystore.seal(secret, aPlace())).split('.')).join('.');
    await expect(keystore.open(box, aPlace())).rejects.toMatchObject({ code, retryable: false });
    await expect(keystore.rewrap(box, aPlace())).rejects.toMatchObject({ code });
  });

  it.each(Array.from({ length: 16 }, (_, index) => index + 1))('refuses a tag cut by %i bytes', async (bytesOff) => {
    const parts = (await keystore.seal(secret, aPlace())).split('.');
    const box = Buffer.from(parts[4]!, 'base64url').subarray(0, -bytesOff);
    const cut = parts.with(4, box.toString('base64url')).join('.');
    await expect(keystore.open(cut, aPlace())).rejects.toMatchObject({
      code: box.length < 16 ? 'KEYSTORE_MALFORMED' : 'KEYSTORE_TAMPERED',
    });
  });

  it('opens what it sealed, and nothing that differs in a character', async () => {
    const text = fc.uint8Array({ maxLength: 40 });
    const bodies = fc.tuple(
      text,
      fc.string(),
      fc.nat(),
      fc.nat(),
      fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', '.', '=', '+', '/', ' ', '\n'),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async ([plaintext, row, version, at, character]) => {
        const place = aPlace({ row, version });
        const box = await keystore.seal(plaintext, place);
        expect(await bytesOf(keystore.open(box, place))).toEqual(Buffer.from(plaintext));
        const index = at % box.length;
        fc.pre(box[index] !== character);
        const mutated = box.slice(0, index) + character + box.slice(index + 1);
        await expect(keystore.open(mutated, place)).rejects.toMatchObject({ name: 'KeystoreError' });
      }),
      { numRuns: 300 },
    );
  });

  it('refuses every single-character change of one value', async () => {
    const box = await keystore.seal(secret, aPlace());
    for (const [index, character] of Array.from(box).entries()) {
      for (const other of ['A', 'B', '_', '.'].filter((candidate) => candidate !== character)) {
        const mutated = box.slice(0, index) + other + box.slice(index + 1);
        await expect(keystore.open(mutated, aPlace())).rejects.toMatchObject({ name: 'KeystoreError' });
      }
    }
  });

  it('opens in no other place', async () => {
    const places = fc.record({
      table: fc.string(),
      column: fc.string(),
      row: fc.string(),
      accountId: fc.string(),
      version: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(places, places, async (place, other) => {
        fc.pre(JSON.stringify(place) !== JSON.stringify(other));
        const box = await keystore.seal(secret, place);
        await expect(keystore.open(box, other)).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
      }),
    );
  });

  it('seals, opens and rewraps many values at once', async () => {
    const { added, keys: both } = addLocalKek(keys);
    const rotated = keystoreOf({ ...both, current: added });
    const values = Array.from({ length: 200 }, (_, index) => ({
      text: `value ${index}`,
      place: aPlace({ version: index }),
    }));
    const opened = values.map(async ({ text, place }) => {
      const box = await rotated.rewrap(await keystore.seal(Buffer.from(text), place), place);
      return (await bytesOf(rotated.open(box, place))).toString();
    });
    expect(await Promise.all(opened)).toEqual(values.map(({ text }) => text));
  });

  it('shows no key when inspected or stringified', () => {
    const seen = inspect(keystore, { depth: 10, showHidden: true }) + JSON.stringify(keystore);
    expect(seen).not.toContain(Object.values(keys.keys)[0]);
    expect(seen).not.toContain('KeyObject');
  });
});

describe('rotation', () => {
  const one = generateLocalKeys();
  const { added, keys: both } = addLocalKek(one);
  const [first, available, rotated, retired] = [
    one,
    both,
    { ...both, current: added },
    { ...both, current: added, minVersion: 2 },
  ].map(keystoreOf) as [EnvelopeKeystore, EnvelopeKeystore, EnvelopeKeystore, EnvelopeKeystore];

  it('goes through its steps without losing a value', async () => {
    const old = await first.seal(secret, aPlace());
    expect(await available.rewrap(old, aPlace())).toBe(old);
    expect(available.kekIdOf(await available.seal(secret, aPlace()))).toBe(one.current);

    const rewrapped = await rotated.rewrap(old, aPlace());
    expect(rotated.kekIdOf(rewrapped)).toBe(added);
    expect(await bytesOf(rotated.open(old, aPlace()))).toEqual(secret);
    expect(await bytesOf(available.open(rewrapped, aPlace()))).toEqual(secret);

    await expect(retired.open(old, aPlace())).rejects.toMatchObject({ code: 'KEYSTORE_RETIRED_KEK', retryable: false });
    await expect(retired.rewrap(old, aPlace())).rejects.toMatchObject({ code: 'KEYSTORE_RETIRED_KEK' });
    expect(await bytesOf(retired.open(rewrapped, aPlace()))).toEqual(secret);
    await expect(first.open(rewrapped, aPlace())).rejects.toMatchObject({ code: 'KEYSTORE_UNKNOWN_KEK' });
  });

  it('asks the provider for no wrapping of what is current already', async () => {
    const rewrap = (): Promise<WrappedDek> => Promise.reject(new Error('asked'));
    const keystore = new EnvelopeKeystore(watched(one, { rewrap }));
    const box = await keystore.seal(secret, aPlace());
    expect(await keystore.rewrap(box, aPlace())).toBe(box);
  });

  it('touches neither iv nor ciphertext, and rewraps once only', async () => {
    const old = await first.seal(secret, aPlace());
    const rewrapped = await rotated.rewrap(old, aPlace());
    expect(rewrapped.split('.').slice(3)).toEqual(old.split('.').slice(3));
    expect(rewrapped.split('.')[2]).not.toBe(old.split('.')[2]);
    expect(await rotated.rewrap(rewrapped, aPlace())).toBe(rewrapped);
  });

  it('gives nothing back when the provider wraps another key than it was given', async () => {
    const inner = LocalKekProvider.from({ ...both, current: added });
    const rewrap = (): Promise<WrappedDek> => inner.wrap(Buffer.alloc(32, 7));
    const lying = new EnvelopeKeystore(watched({ ...both, current: added }, { rewrap }));
    const old = await first.seal(secret, aPlace());
    await expect(lying.rewrap(old, aPlace())).rejects.toMatchObject({ code: 'KEYSTORE_UNAVAILABLE' });
  });

  it('refuses a wrapped key that is no data-encrypting key', async () => {
    const short = new EnvelopeKeystore(watched(one, { unwrap: () => Promise.resolve(Buffer.alloc(16)) }));
    const box = await first.seal(secret, aPlace());
    await expect(short.open(box, aPlace())).rejects.toThrow(/wraps is not a data-encrypting key/);
  });
});

describe('the cache of an EnvelopeKeystore', () => {
  const keys = generateLocalKeys();

  it.each([
    ['asks the provider for every value without', undefined, 4],
    ['asks the provider once with', { maxEntries: 10, maxAgeMs: 60_000 }, 1],
  ])('%s it', async (_what, dekCache, unwraps) => {
    const keks = watched(keys);
    const box = await keystoreOf(keys).seal(secret, aPlace());
    const keystore = new EnvelopeKeystore(keks, { dekCache });
    await Promise.all([keystore.open(box, aPlace()), keystore.open(box, aPlace())]);
    await keystore.open(box, aPlace());
    expect(await bytesOf(keystore.open(box, aPlace()))).toEqual(secret);
    expect(keks.unwraps).toBe(unwraps);
  });

  it('knows what it sealed itself, and still binds it to its place', async () => {
    const keks = watched(keys);
    const keystore = new EnvelopeKeystore(keks, { dekCache: { maxEntries: 10, maxAgeMs: 60_000 } });
    const box = await keystore.seal(secret, aPlace());
    await expect(keystore.open(box, aPlace({ row: 'acc_2' }))).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
    await keystore.open(box, aPlace());
    expect(keks.unwraps).toBe(0);
    const moved = flipFirst(box.split('.'), 2).join('.');
    await expect(keystore.open(moved, aPlace())).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
  });
});

function flipFirst(parts: string[], index: number): string[] {
  const bytes = Buffer.from(parts[index]!, 'base64url');
  bytes[0]! ^= 1;
  return parts.with(index, bytes.toString('base64url'));
}
