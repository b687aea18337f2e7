import { Agent, request } from 'undici';
import { z } from 'zod';
import { DcmError } from '../error/dcm-error.js';
import { importKeys, type VerificationKey } from './key-set.js';
import { parseJsonObject } from '../token/strict-json.js';

const MAX_BYTES = 64 * 1024;
const MAX_KEYS = 20;

/** A plain JWK Set. Source: bank guide, "JWT by DCM"; RFC 7517 section 5. */
const jwkSetWire = z.object({ keys: z.array(z.unknown()).max(MAX_KEYS) });

/** One GET of a JWK Set: no redirects, no proxy, bounded in time, bytes and keys. */
export class JwksFetcher {
  readonly #url: URL;
  readonly #timeoutMs: number;
  readonly #agent: Agent;

  constructor(url: URL, timeoutMs: number) {
    this.#url = url;
    this.#timeoutMs = timeoutMs;
    this.#agent = new Agent({ connections: 1, maxResponseSize: MAX_BYTES, connect: { timeout: timeoutMs } });
  }

  /** @throws DcmError `DCM_UNAVAILABLE` */
  async fetch(): Promise<Map<string, VerificationKey>> {
    const body = await this.#get();
    const parsed = jwkSetWire.safeParse(readJson(body));
    if (!parsed.success) throw unavailable('not_a_jwk_set');
    return importKeys(parsed.data.keys);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #get(): Promise<Uint8Array> {
    try {
      const { statusCode, body } = await request(this.#url, {
        dispatcher: this.#agent,
        headers: { accept: 'application/json' },
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      const bytes = await body.bytes();
      if (statusCode === 200) return bytes;
      throw unavailable(`http_${statusCode}`);
    } catch (error) {
      throw error instanceof DcmError ? error : unavailable('not_reached');
    }
  }
}

function readJson(body: Uint8Array): unknown {
  try {
    return parseJsonObject(body);
  } catch {
    throw unavailable('not_json');
  }
}

const unavailable = (reason: string): DcmError =>
  new DcmError('DCM_UNAVAILABLE', `No keys of the signer: ${reason}`, { reason, noEffect: true });
