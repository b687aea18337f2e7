import { readFileSync } from 'node:fs';
import { isBlocked } from './blocked-ports.js';

export interface ShopConfig {
  readonly port: number;
  readonly host: string;
  /** Where a browser reaches the shop; customers come back here from the bank. Ends with a slash, as the next one does. */
  readonly publicUrl: URL;
  readonly gatewayUrl: URL;
  readonly gatewayApiKey: string;
  /** `whsec_…` of the shop's endpoint, two during a rotation. Empty: no webhooks are taken, and payments are asked for. */
  readonly webhookSecrets: readonly string[];
}

/** Every problem found, one sentence each: variable, problem, fix. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError */
export function loadShopConfig(environment: Environment = process.env): ShopConfig {
  const reader = new EnvironmentReader(environment);
  const port = reader.port('PORT', 4002);
  const config: ShopConfig = {
    port,
    host: reader.text('HOST') ?? '127.0.0.1',
    publicUrl: reader.url('PUBLIC_URL', `http://localhost:${port}`),
    gatewayUrl: reader.url('GATEWAY_URL', 'http://127.0.0.1:4000'),
    gatewayApiKey: reader.apiKey('GATEWAY_API_KEY'),
    webhookSecrets: reader.webhookSecrets('WEBHOOK_SECRET'),
  };
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return Object.freeze(config);
}

/** So that what is put behind it keeps its path, where a proxy gave it one. */
function asFolder(base: URL): URL {
  const folder = new URL(base);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return folder;
}

/** Collects problems instead of stopping at the first; never repeats a secret's value. */
class EnvironmentReader {
  readonly problems: string[] = [];

  constructor(private readonly environment: Environment) {}

  text(name: string): string | undefined {
    const value = this.environment[name]?.trim();
    return value === '' ? undefined : value;
  }

  port(name: string, fallback: number): number {
    const text = this.text(name) ?? String(fallback);
    if (isBlocked(Number(text))) {
      return this.#refuse(`${name} is ${text}, which browsers refuse to call: set it to another port.`, fallback);
    }
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
    return this.#refuse(`${name} is "${text}", which is not a port: set it to a number from 0 to 65535.`, fallback);
  }

  url(name: string, fallback: string): URL {
    const text = this.text(name) ?? fallback;
    const url = URL.parse(text);
    if (url && isBlocked(Number(url.port))) {
      return this.#refuse(
        `${name} has a port that browsers and fetch refuse to call: set another one.`,
        new URL(fallback),
      );
    }
    const isBase = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !/[?#]/.test(text);
    if (isBase) return asFolder(url);
    const problem = `${name} is not a usable web address: set it to an http or https address without user name, query or fragment, such as ${fallback}.`;
    return this.#refuse(problem, new URL(fallback));
  }

  apiKey(name: string): string {
    const key = this.#secret(name);
    if (key === undefined)
      return this.#refuse(`${name} is missing: set it, or ${name}_FILE, to an API key of the gateway.`, '');
    if (key === '' || /^[\x21-\x7e]+$/.test(key)) return key; // what could not be read was told
    return this.#refuse(`${name} holds no usable API key: it must be one word of printable ASCII characters.`, '');
  }

  webhookSecrets(name: string): readonly string[] {
    const secrets = (this.#secret(name) ?? '').split(/\s+/u).filter((secret) => secret !== '');
    if (secrets.every((secret) => /^whsec_[A-Za-z0-9+/]{22,}={0,2}$/u.test(secret))) return secrets;
    return this.#refuse(
      `${name} holds no webhook secret: copy the whsec_… that the gateway showed when the endpoint was made.`,
      [],
    );
  }

  /** @returns undefined when it is not set; empty when it cannot be read, which is told */
  #secret(name: string): string | undefined {
    const file = this.text(`${name}_FILE`);
    const value = this.text(name);
    if (file && value) return this.#refuse(`${name} and ${name}_FILE are both set: keep only one of them.`, '');
    if (!file) return value;
    try {
      return readFileSync(file, 'utf8').trim();
    } catch {
      const problem = `${name}_FILE points at ${file}, which cannot be read: check the path and its permissions.`;
      return this.#refuse(problem, '');
    }
  }

  #refuse<T>(problem: string, fallback: T): T {
    this.problems.push(problem);
    return fallback;
  }
}
