import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Bank, type BankSnapshot } from '../bank/bank.js';
import { ConfigError } from '../config.js';

const SAVE_EVERY_MS = 1_000;

/** Yesterday's payments: one JSON snapshot, replaced atomically, at most once a second and only after a change. */
export class StateFile {
  private saved = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly path: string,
    private readonly bank: Bank,
  ) {}

  /** @throws ConfigError when the file is there but is not a snapshot. */
  load(): void {
    const text = this.read();
    if (text !== undefined) this.bank.load(this.parse(text));
  }

  /** @throws ConfigError when the file cannot be written. */
  start(): void {
    try {
      this.save();
    } catch (error) {
      throw new ConfigError(this.unwritable(), { cause: error });
    }
    this.timer = setInterval(() => {
      if (this.mark() !== this.saved) this.trySave();
    }, SAVE_EVERY_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.trySave();
  }

  /** A full disk must not stop the bank: it goes on and says so. */
  private trySave(): void {
    try {
      this.save();
    } catch {
      process.stderr.write(`${this.unwritable()}\n`);
    }
  }

  private unwritable(): string {
    return `STATE_FILE "${this.path}" cannot be written: correct the path, its permissions or the space left.`;
  }

  private save(): void {
    const draft = `${this.path}.tmp`;
    writeFileSync(draft, JSON.stringify(this.bank.snapshot()), { mode: 0o600 });
    renameSync(draft, this.path);
    this.saved = this.mark();
  }

  /** Changes whenever something worth keeping changed. */
  private mark(): string {
    const { ledger, book, clock, merchants, dcm } = this.bank;
    return [ledger.size, book.revision, clock.offset, merchants.list().length, dcm.revision].join(' ');
  }

  private read(): string | undefined {
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      return readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new ConfigError(`STATE_FILE "${this.path}" cannot be read: correct the path or its permissions.`, {
        cause: error,
      });
    }
  }

  private parse(text: string): BankSnapshot {
    try {
      const snapshot = JSON.parse(text) as BankSnapshot;
      if (Object.is(snapshot.version, 2)) return snapshot;
    } catch {
      // said below
    }
    throw new ConfigError(
      `STATE_FILE "${this.path}" is not a snapshot of this simulator: move it away and start again.`,
    );
  }
}
