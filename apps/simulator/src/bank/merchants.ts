import { BankError } from '../protocol/bank-error.js';
import { parsePublicJwk, type PublicJwk } from '../protocol/jwe.js';

export interface Merchant {
  readonly serviceCode: string;
  readonly merchantId: string;
  readonly name: string;
  /** The public half of the merchant's communication key: everything secret is sealed for it. */
  readonly clientPublicKey: PublicJwk;
  /** `test`: rrn "-1", no approvalCode, kopeck rules. `live`: rrn and approvalCode as in production. */
  readonly terminal: 'test' | 'live';
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const uuidMember = (row: Record<string, unknown>, name: string): string => {
  const value = row[name];
  if (typeof value !== 'string' || !UUID.test(value)) throw new Error(`${name} must be a UUID`);
  return value;
};

const nameOf = (row: Record<string, unknown>): string =>
  typeof row['name'] === 'string' && row['name'].trim() !== '' ? row['name'].trim() : 'Merchant';

const terminalOf = ({ terminal = 'test' }: Record<string, unknown>): 'test' | 'live' => {
  if (terminal !== 'test' && terminal !== 'live') throw new Error('terminal must be "test" or "live"');
  return terminal;
};

const keyOf = (row: Record<string, unknown>): PublicJwk => {
  try {
    return parsePublicJwk(row['clientPublicKey']);
  } catch (error) {
    throw new Error(`clientPublicKey ${error instanceof Error ? error.message : 'is malformed'}`, { cause: error });
  }
};

/** One element of MERCHANTS_FILE. @throws Error with one sentence that names the member and the problem. */
export function parseMerchant(value: unknown): Merchant {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('a merchant must be an object');
  const row = value as Record<string, unknown>;
  return {
    serviceCode: uuidMember(row, 'serviceCode'),
    merchantId: uuidMember(row, 'merchantId'),
    name: nameOf(row),
    clientPublicKey: keyOf(row),
    terminal: terminalOf(row),
  };
}

/** The bank's contracts. One service code may own several merchant ids (U25). */
export class Merchants {
  private readonly byId = new Map<string, Merchant>();

  add(merchant: Merchant): void {
    this.byId.set(merchant.merchantId, merchant);
  }

  list(): readonly Merchant[] {
    return [...this.byId.values()];
  }

  find(merchantId: string): Merchant | undefined {
    return this.byId.get(merchantId);
  }

  /** The first merchant of a service code: its key opens the session. */
  ofServiceCode(serviceCode: string): Merchant | undefined {
    for (const merchant of this.byId.values()) if (merchant.serviceCode === serviceCode) return merchant;
    return undefined;
  }

  /** @throws BankError `b_merchant_not_found` | `b_user_merchant_request_mismatch` */
  require(merchantId: string, serviceCode: string): Merchant {
    const merchant = this.byId.get(merchantId);
    if (!merchant) throw new BankError('b_merchant_not_found');
    if (merchant.serviceCode !== serviceCode) throw new BankError('b_user_merchant_request_mismatch');
    return merchant;
  }
}
