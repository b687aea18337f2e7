import { DcmError } from '../error/dcm-error.js';
import { FixedKeySet, type KeySet } from './key-set.js';
import { type SigningKeys } from './signing-keys.js';

/** Our own public keys, imported anew only when they change. */
export class OwnKeys {
  readonly #keys: SigningKeys;
  #names = '';
  #set: KeySet = new FixedKeySet([]);

  constructor(keys: SigningKeys) {
    this.#keys = keys;
  }

  async load(): Promise<KeySet> {
    const all = await this.#keys.all();
    const names = JSON.stringify(all.map(({ kid }) => kid));
    if (names === this.#names) return this.#set;
    this.#set = new FixedKeySet(all.map(({ publicJwk }) => publicJwk));
    this.#names = names;
    return this.#set;
  }

  /** @throws DcmError `DCM_CONFIGURATION` where one name would stand for two signers */
  async assertApart(kids: readonly string[]): Promise<void> {
    const own = await this.load();
    const shared = kids.find((kid) => own.peek(kid));
    if (shared === undefined) return;
    const message = 'One kid is both in the key set of DCM and among our own keys';
    throw new DcmError('DCM_CONFIGURATION', message, { member: 'keys', noEffect: true });
  }
}
