import { isObject, type JsonObject } from '../strict-json.js';
import { textMember, urlMember, uuidMember } from '../members.js';

/** A shop of a participating bank (section 10.1). */
export interface DcmMerchant {
  readonly uid: string;
  readonly name: string;
  readonly taxNumber: string;
  /** IBAN. */
  readonly account: string;
  readonly mcc: number;
  readonly callbackUrl?: string;
  readonly logoUrl?: string;
  /** Where the merchant publishes its keys, or the keys themselves. */
  readonly jwksUrl?: string;
  readonly keys?: readonly JsonObject[];
}

const keysOf = ({ jwks }: JsonObject): readonly JsonObject[] | undefined => {
  const keys = isObject(jwks) ? jwks['keys'] : undefined;
  return Array.isArray(keys) ? keys.filter(isObject) : undefined;
};

type UrlName = 'jwksUrl' | 'callbackUrl' | 'logoUrl';

const urlsOf = (row: JsonObject): Partial<Record<UrlName, string>> => {
  const names: readonly UrlName[] = ['jwksUrl', 'callbackUrl', 'logoUrl'];
  const given = names.filter((name) => row[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, urlMember(row, name)]));
};

/** @throws Error with one sentence. */
export function parseDcmMerchant(value: unknown): DcmMerchant {
  if (!isObject(value)) throw new Error('a merchant must be an object');
  const [keys, urls] = [keysOf(value), urlsOf(value)];
  if (!keys && urls.jwksUrl === undefined) throw new Error('a merchant needs jwks or jwksUrl');
  const { mcc = 5999 } = value;
  if (typeof mcc !== 'number' || !Number.isInteger(mcc)) throw new Error('mcc must be a whole number');
  return {
    uid: uuidMember(value, 'uid'),
    name: textMember(value, 'name', 'Merchant (test)'),
    taxNumber: textMember(value, 'taxNumber', '00000000'),
    account: textMember(value, 'account', 'UA979999920000026002000000202'),
    mcc,
    ...urls,
    ...(keys && { keys }),
  };
}
