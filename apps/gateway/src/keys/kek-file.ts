import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import {
  addLocalKek,
  kekVersionOf,
  KekProvider,
  KeystoreError,
  LocalKekProvider,
  type LocalKeys,
  parseLocalKeys,
  type WrappedDek,
} from '#libs/keystore';

/** A process looks at its key file this often. */
const LOOK_MS = 1_000;
/** Every process of this machine has looked by then, with time to spare. */
const SPREAD_MS = 3 * LOOK_MS;

/** Port: the key file of this installation, if its KEKs are in one. */
export abstract class KekFile {
  /** Adds a KEK, waits until every process has it, makes it current, waits again. Carries on where a stopped run left off. */
  abstract promoteNext(wait: (ms: number) => Promise<unknown>): Promise<void>;
  /** Refuses every KEK older than the current one from now on, and forgets them. @returns their ids */
  abstract retireOlder(): string[];
}

/** KEKs that are kept elsewhere are rotated there. */
export class NoKekFile extends KekFile {
  override promoteNext(): Promise<void> {
    return Promise.resolve();
  }

  override retireOlder(): string[] {
    return [];
  }
}

/** KEKs in a file that may change while the gateway runs: rotation needs no restart. */
export class FileKekProvider extends KekProvider {
  private keks: LocalKekProvider;
  private readAt = 0;
  private changedAtMs = 0;

  constructor(private readonly path: string) {
    super();
    this.keks = this.read();
  }

  currentKek(): Promise<string> {
    return this.latest().currentKek();
  }

  wrap(dek: Uint8Array): Promise<WrappedDek> {
    return this.latest().wrap(dek);
  }

  async unwrap(kekId: string, wrapped: Uint8Array): Promise<Uint8Array> {
    try {
      return await this.latest().unwrap(kekId, wrapped);
    } catch (error) {
      if (!(error instanceof KeystoreError) || error.code !== 'KEYSTORE_UNKNOWN_KEK') throw error;
      this.readAt = 0; // another process may have just been given a new one
      return this.latest().unwrap(kekId, wrapped);
    }
  }

  fingerprints(): Promise<Readonly<Record<string, string>>> {
    return this.latest().fingerprints();
  }

  /** A file that cannot be read in mid-run leaves the keys as they are. */
  private latest(): LocalKekProvider {
    if (Date.now() - this.readAt < LOOK_MS) return this.keks;
    this.readAt = Date.now();
    try {
      if (statSync(this.path).mtimeMs !== this.changedAtMs) this.keks = this.read();
    } catch {
      return this.keks;
    }
    return this.keks;
  }

  private read(): LocalKekProvider {
    this.changedAtMs = statSync(this.path).mtimeMs;
    this.readAt = Date.now();
    return LocalKekProvider.from(parseLocalKeys(readFileSync(this.path, 'utf8')));
  }
}

/** The key file of the local provider. */
export class LocalKekFile extends KekFile {
  constructor(private readonly path: string) {
    super();
  }

  override async promoteNext(wait: (ms: number) => Promise<unknown>): Promise<void> {
    const { added, keys } = this.withNext();
    this.write(keys);
    await wait(SPREAD_MS);
    this.write({ ...keys, current: added });
    await wait(SPREAD_MS);
  }

  override retireOlder(): string[] {
    const keys = parseLocalKeys(readFileSync(this.path, 'utf8'));
    const minVersion = kekVersionOf(keys.current);
    const isOlder = (id: string): boolean => kekVersionOf(id) < minVersion;
    const kept = Object.fromEntries(Object.entries(keys.keys).filter(([id]) => !isOlder(id)));
    this.write({ ...keys, minVersion, keys: kept });
    return Object.keys(keys.keys).filter(isOlder);
  }

  /** The newest KEK that is not current yet, from a run that was stopped, or a fresh one. */
  private withNext(): { added: string; keys: LocalKeys } {
    const keys = parseLocalKeys(readFileSync(this.path, 'utf8'));
    const waiting = Object.keys(keys.keys).filter((id) => kekVersionOf(id) > kekVersionOf(keys.current));
    const added = waiting.sort((a, b) => kekVersionOf(b) - kekVersionOf(a))[0];
    return added === undefined ? addLocalKek(keys) : { added, keys };
  }

  /** In one step: no process ever reads half a file. */
  private write(keys: LocalKeys): void {
    const next = `${this.path}.${randomBytes(4).toString('hex')}`;
    writeFileSync(next, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(next, 0o600);
    renameSync(next, this.path);
  }
}
