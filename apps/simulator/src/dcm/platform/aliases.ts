import { type DcmKeys } from '../dcm-keys.js';
import { signJws } from '../jws.js';
import { type JsonObject } from '../strict-json.js';
import { isIban, isPhone, refuseP2p } from './p2p-claims.js';

/** Which account answers to which telephone number. */
export class Aliases {
  private readonly linked = new Set<string>();

  constructor(private readonly keys: DcmKeys) {}

  /** @throws WireError 400 with a code */
  update({ phone, account, linked }: JsonObject): JsonObject {
    if (typeof linked !== 'boolean') throw refuseP2p('INVALID_REQUEST', 'linked must be true or false');
    const key = keyOf(phone, account);
    if (linked) this.linked.add(key);
    else this.linked.delete(key);
    return {};
  }

  /** @returns a signed answer, whose claims are not published @throws WireError 400 with a code */
  status(phone: unknown, account: unknown): string {
    return signJws({ phone, account, linked: this.linked.has(keyOf(phone, account)) }, this.keys.signer());
  }

  clear(): void {
    this.linked.clear();
  }

  snapshot(): readonly string[] {
    return [...this.linked];
  }

  load(keys: readonly string[]): void {
    for (const key of keys) this.linked.add(key);
  }
}

const keyOf = (phone: unknown, account: unknown): string => {
  if (!isPhone(phone)) throw refuseP2p('INVALID_REQUEST', 'phone must be +380 and nine digits');
  if (!isIban(account)) throw refuseP2p('INVALID_REQUEST', 'account must be an IBAN of Ukraine');
  return `${String(phone)} ${String(account)}`;
};
