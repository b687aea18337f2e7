import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type AllianceAccount, AllianceAccounts, type HppOrder } from '#libs/alliance';
import { freePort } from '../support/free-port.js';

export type LedgerEntry = Readonly<Record<string, unknown>>;

/** The built simulator as a child process, strict about encodings and members unless it is told to be lenient. */
export class Simulator {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(strict = true): Promise<Simulator> {
    const port = String(await freePort());
    const env = { ...process.env, PORT: port, HOST: '127.0.0.1', SIMULATOR_STRICT: strict ? '1' : '0' };
    const child = spawn(process.execPath, ['dist/apps/simulator/src/main.js'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
      if (msg === 'listening' && url !== undefined) return new Simulator(child, url);
    }
    throw new Error('The simulator ended before it listened: run `npm run compile` first.');
  }

  async control<T>(path: string, body?: object): Promise<T> {
    const init = body && {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    };
    const response = await fetch(`${this.url}/control/${path}`, init);
    if (!response.ok) throw new Error(`control ${path}: ${String(response.status)} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async ledger(query: string): Promise<LedgerEntry[]> {
    return (await this.control<{ entries: LedgerEntry[] }>(`ledger?${query}`)).entries;
  }

  /** What the payer's browser sends. */
  async pay({ hppOrderId }: Pick<HppOrder, 'hppOrderId'>): Promise<void> {
    const form = { hpp_id: hppOrderId, 'card-number': '4111 1111 1111 1111', expiry: '12/40', cvv: '123' };
    const response = await fetch(`${this.url}/pay`, {
      method: 'POST',
      body: new URLSearchParams(form),
      redirect: 'manual',
    });
    expect(response.status).toBeLessThan(400);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}

export class OneAccount extends AllianceAccounts {
  constructor(private readonly account: AllianceAccount) {
    super();
  }
  override load(): Promise<AllianceAccount> {
    return Promise.resolve(this.account);
  }
}
