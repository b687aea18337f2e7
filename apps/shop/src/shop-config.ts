import { readFileSync } from 'node:fs';
import { isBlocked } from './blocked-ports.js';

export interface ShopConfig {
  readonly port: number;
  readonly host: string;
  /** Where a browser reaches the shop; customers come back here from the bank. Ends with a slash, as the next one does. */
  readonly publicUrl: URL;
  readonly gatewayUrl: URL;
  readonly gatewayApiKey: string;
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
    gatewayApiKey: reader.secret('GATEWAY_API_KEY'),
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

  secret(name: string): string {
    const file = this.text(`${name}_FILE`);
    const value = this.text(name);
    if (file && value) return this.#refuse(`${name} and ${name}_FILE are both set: keep only one of them.`, '');
    if (file) return this.#secretFile(`${name}_FILE`, file);
    if (value) return this.#printable(name, value);
    return this.#refuse(`${name} is missing: set it, or ${name}_FILE, to an API key of the gateway.`, '');
  }

  #secretFile(name: string, file: string): string {
    try {
      return this.#printable(name, readFileSync(file, 'utf8').trim());
    } catch {
      return this.#refuse(`${name} points at ${file}, which cannot be read: check the path and its permissions.`, '');
    }
  }

  #printable(name: string, key: string): string {
    if (/^[\x21-\x7e]+$/.test(key)) return key;
    return this.#refuse(`${name} holds no usable API key: it must be one word of printable ASCII characters.`, '');
  }

  #refuse<T>(problem: string, fallback: T): T {
    this.problems.push(problem);
    return fallback;
  }
}
