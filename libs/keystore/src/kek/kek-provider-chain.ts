import { KekProvider, type WrappedDek } from './kek-provider.js';
import { KeystoreError } from '../error/keystore-error.js';

/**
 * Several providers as one, for moving from one to another: the first wraps, each is asked in turn for a KEK that those
 * before it do not know. KEK ids must differ between them.
 * @example
 * const chain = new KekProviderChain(newKeks, keks); // until everything is re-wrapped
 * const { kekId, wrapped } = await keks.wrap(dek);
 * await chain.unwrap(kekId, wrapped); // => dek
 * (await chain.wrap(dek)).kekId; // => await newKeks.currentKek()
 */
export class KekProviderChain extends KekProvider {
  readonly #current: KekProvider;
  readonly #older: readonly KekProvider[];

  constructor(current: KekProvider, ...older: KekProvider[]) {
    super();
    this.#current = current;
    this.#older = older;
  }

  currentKek(): Promise<string> {
    return this.#current.currentKek();
  }

  wrap(dek: Uint8Array): Promise<WrappedDek> {
    return this.#current.wrap(dek);
  }

  async unwrap(kekId: string, wrapped: Uint8Array): Promise<Uint8Array> {
    for (const keks of [this.#current, ...this.#older]) {
      const dek = await unlessUnknown(keks.unwrap(kekId, wrapped));
      if (dek) return dek;
    }
    throw new KeystoreError('KEYSTORE_UNKNOWN_KEK', `KEK "${kekId}" is not configured with any provider`);
  }

  override async rewrap(wrapped: WrappedDek): Promise<WrappedDek> {
    return (await unlessUnknown(this.#current.rewrap(wrapped))) ?? super.rewrap(wrapped);
  }

  async fingerprints(): Promise<Readonly<Record<string, string>>> {
    const all = await Promise.all([this.#current, ...this.#older].map((keks) => keks.fingerprints()));
    return Object.assign({}, ...all.toReversed()) as Record<string, string>;
  }
}

async function unlessUnknown<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof KeystoreError && error.code === 'KEYSTORE_UNKNOWN_KEK') return undefined;
    throw error;
  }
}
