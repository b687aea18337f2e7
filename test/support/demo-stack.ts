import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppProcess } from './app-process.js';
import { freePort } from './free-port.js';

const PORTS = ['GATEWAY_PORT', 'SIMULATOR_PORT', 'SHOP_PORT', 'POSTGRES_PORT'] as const;
const READY = /Ready in [\d.]+ s\.[\s\S]*Stop: Ctrl-C/;

/** What `npm start` needs to run beside others: a DATA_DIR and ports of its own. */
export class DemoStack {
  private readonly started: AppProcess[] = [];

  private constructor(
    readonly dataDir: string,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async prepare(): Promise<DemoStack> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'launcher-'));
    const ports = await Promise.all(PORTS.map(async (name) => [name, String(await freePort())] as const));
    return new DemoStack(dataDir, { DATA_DIR: dataDir, ...Object.fromEntries(ports) });
  }

  async start(env: Readonly<Record<string, string>> = {}): Promise<AppProcess> {
    const launcher = await AppProcess.start('launcher', { env: { ...this.env, ...env }, ready: READY });
    this.started.push(launcher);
    return launcher;
  }

  runToEnd(env: Readonly<Record<string, string>> = {}) {
    return AppProcess.runToEnd('launcher', { env: { ...this.env, ...env } });
  }

  port(name: (typeof PORTS)[number]): number {
    return Number(this.env[name]);
  }

  async pidOf(name: 'gateway' | 'simulator' | 'shop'): Promise<number> {
    return Number(await readFile(path.join(this.dataDir, 'run', `${name}.pid`), 'utf8'));
  }

  async remove(): Promise<void> {
    for (const launcher of this.started) await launcher.stop(); // a test that failed left it running
    const home = await readFile(path.join(this.dataDir, 'postgres', 'location'), 'utf8').catch(() => this.dataDir);
    await rm(home, { recursive: true, force: true });
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
