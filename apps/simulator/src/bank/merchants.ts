import { BankError } from '../protocol/bank-error.js';
import { parseSigningKey } from '../protocol/bank-jws.js';
import { type Protocol } from '../protocol/validator.js';
import { type KeyRing } from './bank-keys.js';
import { isOperationType, OPERATION_TYPES, type OperationType } from './operation-types.js';
import { parsePublicJwk, type PublicJwk } from '../protocol/jwe.js';

export interface Merchant {
  readonly serviceCode: string;
  readonly merchantId: string;
  readonly name: string;
  /** The public half of the merchant's communication key: everything secret is sealed for it. */
  readonly clientPublicKey: PublicJwk;
  /** `test`: rrn "-1", no approvalCode, kopiyka rules. `live`: rrn and approvalCode as in production. */
  readonly terminal: 'test' | 'live';
  /** Public keys that sign requests of Authorization 2.0. */
  readonly signingKeys?: readonly SigningKey[];
  /** What the terminal may do; absent = everything. */
  readonly operations?: readonly OperationType[];
  /** Kopiyky on the account at the start; null = the bank keeps no balance for it (section h.4). */
  readonly openingBalance?: number | null;
  /** Merchant category; 7995 has limits of its own (section l). */
  readonly mcc?: string;
}

/** Under Authorization 2.0 every callback is signed (section g.3). */
export const ringOf = ({ protocol }: Caller): KeyRing | undefined => (protocol === '2.0' ? 'payments' : undefined);

export interface SigningKey {
  readonly kid: string;
  /** SPKI PEM or JWK, as it was given. */
  readonly publicKey: string | Readonly<Record<string, unknown>>;
}

/** Who calls: the terminals that the session or the signature stands for. */
export interface Caller {
  readonly protocol: Protocol;
  readonly merchants: readonly Merchant[];
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

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const signingKeyOf = (value: unknown): SigningKey => {
  const { kid, publicKey } = isRecord(value) ? value : {};
  if (typeof kid !== 'string' || kid === '') throw new Error('signingKeys must be a list of {kid, publicKey}');
  try {
    parseSigningKey(publicKey);
  } catch (error) {
    throw new Error(`signingKeys: publicKey ${error instanceof Error ? error.message : 'is malformed'}`, {
      cause: error,
    });
  }
  return { kid, publicKey: publicKey as SigningKey['publicKey'] };
};

type Row = Record<string, unknown>;
type Optional = Pick<Merchant, 'signingKeys' | 'operations' | 'openingBalance' | 'mcc'>;

const signingKeysOf = ({ signingKeys }: Row): Optional => {
  if (signingKeys === undefined) return {};
  if (!Array.isArray(signingKeys)) throw new Error('signingKeys must be a list of {kid, publicKey}');
  return { signingKeys: signingKeys.map(signingKeyOf) };
};

const operationsOf = ({ operations }: Row): Optional => {
  if (operations === undefined) return {};
  if (!Array.isArray(operations) || !operations.every(isOperationType))
    throw new Error(`operations must be a list of ${Object.keys(OPERATION_TYPES).join(', ')}`);
  return { operations };
};

const balanceOf = ({ openingBalance }: Row): Optional => {
  if (openingBalance === undefined) return {};
  if (openingBalance !== null && !Number.isSafeInteger(openingBalance))
    throw new Error('openingBalance must be a whole number of kopiyky, or null for none');
  return { openingBalance: openingBalance as number | null };
};

const mccOf = ({ mcc }: Row): Optional => {
  if (mcc === undefined) return {};
  if (typeof mcc !== 'string' || !/^\d{4}$/.test(mcc)) throw new Error('mcc must be 4 digits');
  return { mcc };
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
    ...signingKeysOf(row),
    ...operationsOf(row),
    ...balanceOf(row),
    ...mccOf(row),
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

  /** All merchants that sign with that key; one kid may stand for several (U25). */
  ofKid(kid: string): readonly Merchant[] {
    return this.list().filter(({ signingKeys = [] }) => signingKeys.some((key) => key.kid === kid));
  }

  /** @throws BankError `b_merchant_not_found` | `b_user_merchant_request_mismatch` */
  require(merchantId: string, { merchants }: Caller): Merchant {
    const merchant = this.byId.get(merchantId);
    if (!merchant) throw new BankError('b_merchant_not_found');
    if (!merchants.some((one) => one.merchantId === merchantId))
      throw new BankError('b_user_merchant_request_mismatch');
    return merchant;
  }

  /** @throws BankError as {@link require}, and `b_txn_not_allowed` when the terminal may not do it (U33) */
  requireAllowed(merchantId: string, caller: Caller, type: OperationType): Merchant {
    const merchant = this.require(merchantId, caller);
    if (merchant.operations && !merchant.operations.includes(type)) throw new BankError('b_txn_not_allowed');
    return merchant;
  }
}
