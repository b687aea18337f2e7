import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';

interface OpenTransaction {
  /** False once it has ended: work that it left behind runs on without it. */
  open: boolean;
}

/**
 * Finds what a transaction must never wait for: a second connection, which a full pool will not give; a key or an
 * account, which may need one; the network. In a test run each is an error; in production nothing is watched.
 */
class TransactionGuard {
  private readonly store = new AsyncLocalStorage<OpenTransaction>();
  private enabled = false;

  /** For test runs: in the process of the tests, and in gateways that a test starts. */
  enable(): void {
    if (this.enabled) return;
    this.enabled = true;
    for (const channel of ['undici:request:create', 'http.client.request.start']) {
      subscribe(channel, () => {
        this.forbid('a request over the network');
      });
    }
  }

  /** Runs the body of a transaction. */
  async watch<T>(work: () => Promise<T>): Promise<T> {
    if (!this.enabled) return work();
    const transaction = { open: true };
    try {
      return await this.store.run(transaction, work);
    } finally {
      transaction.open = false;
    }
  }

  /** @throws TransactionMisuse inside a transaction of a test run; its stack names the place */
  forbid(what: string): void {
    if (this.enabled && this.store.getStore()?.open === true) throw new TransactionMisuse(what);
  }
}

/** A defect: the words name no data. */
export class TransactionMisuse extends Error {
  override readonly name = 'TransactionMisuse';
  constructor(what: string) {
    super(`${what} inside an open transaction`);
  }
}

/** The one guard of the process. */
export const transactionGuard = new TransactionGuard();
