import { request } from 'undici';
import { readAtMost } from '../http-body.js';
import { isObject, type JsonObject } from '../strict-json.js';
import { type DcmMerchant } from './merchant.js';

/** G5, from DCM's side; plain http is taken because this is a simulator. */
const FRESH_MS = 600_000;
const COOL_DOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 65_536;
const MAX_KEYS = 20;

interface Fetched {
  readonly keys: readonly JsonObject[];
  /** Epoch milliseconds. */
  readonly at: number;
}

const fetchKeys = async (url: string): Promise<readonly JsonObject[] | undefined> => {
  try {
    const answer = await request(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await readAtMost(answer.body, MAX_BYTES);
    const set: unknown = JSON.parse(text ?? '');
    const keys = isObject(set) ? set['keys'] : undefined;
    return answer.statusCode === 200 && Array.isArray(keys) ? keys.filter(isObject).slice(0, MAX_KEYS) : undefined;
  } catch {
    return undefined;
  }
};

const holds = (keys: readonly JsonObject[], kid: string | undefined): boolean => keys.some((key) => key['kid'] === kid);

/** Key sets of merchants: configured, or fetched from their address. */
export class MerchantKeys {
  private readonly sets = new Map<string, Fetched>();

  constructor(private readonly now: () => number) {}

  async of({ keys, jwksUrl }: DcmMerchant, kid: string | undefined): Promise<readonly JsonObject[]> {
    if (keys) return keys;
    if (jwksUrl === undefined) return [];
    const known = this.sets.get(jwksUrl);
    const age = known ? this.now() - known.at : Infinity;
    const isEnough = known !== undefined && (age < COOL_DOWN_MS || (age < FRESH_MS && holds(known.keys, kid)));
    return isEnough ? known.keys : this.refetch(jwksUrl);
  }

  clear(): void {
    this.sets.clear();
  }

  /** Keys already known stay good when the fetch fails. */
  private async refetch(url: string): Promise<readonly JsonObject[]> {
    const keys = (await fetchKeys(url)) ?? this.sets.get(url)?.keys ?? [];
    this.sets.set(url, { keys, at: this.now() });
    return keys;
  }
}
