import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#libs/embedded-postgres';
import { type AppPlan, type DemoParties, gatewayUrlOf, planApps, shopWebhooksUrl, simulatorUrlOf } from './app-plan.js';
import { ChildApp } from './child-app.js';
import { keepDemoCounterparty } from './demo-counterparty.js';
import { keepDemoCredentials, openDirectory } from './demo-credentials.js';
import { ConfigError, databaseDirectoryOf, type Environment, type LauncherConfig } from './launcher-config.js';
import { Leftovers } from './leftovers.js';
import { keepPaymentKey } from './payment-key.js';
import { findTakenPorts } from './ports.js';
import { readyBlock } from './ready-block.js';
import { keepShopEndpoint } from './shop-endpoint.js';

const APPS = ['shop', 'gateway', 'simulator'] as const;

export interface LauncherOptions {
  readonly config: LauncherConfig;
  readonly env: Environment;
  /** The folder that holds `<app>/src/main.js`. */
  readonly appsDirectory: string;
  readonly print: (line: string) => void;
}

/** Starts the database and the apps, watches them, stops them in order. */
export class Launcher {
  private readonly running: ChildApp[] = [];
  private readonly leftovers: Leftovers;
  /** Calls off a database that is still being made. */
  private readonly callOff = new AbortController();
  private database: Promise<EmbeddedPostgres | undefined> = Promise.resolve(undefined);
  private stopping: Promise<void> | undefined;
  private fail: (reason: string) => void = () => undefined;
  /** Resolves with a sentence when an app ends without being asked to. */
  readonly failure = new Promise<string>((resolve) => (this.fail = resolve));

  constructor(private readonly options: LauncherOptions) {
    openDirectory(options.config.dataDir);
    this.leftovers = new Leftovers(options.config.dataDir, (name) => this.script(name));
  }

  /** @throws ConfigError when something is in the way, Error when an app does not start */
  async start(): Promise<void> {
    const startedAt = performance.now();
    await this.clearTheWay();
    const { config, env, print } = this.options;
    const demo = this.parties();
    openDirectory(path.join(config.dataDir, 'logs'));
    await this.launch(planApps(config, demo, env), demo);
    if (this.stopping) return; // Ctrl-C came first
    print(
      readyBlock({
        config,
        apiKey: demo.credentials.apiKey,
        tookMs: performance.now() - startedAt,
        cwd: process.cwd(),
      }),
    );
  }

  get isStopping(): boolean {
    return this.stopping !== undefined;
  }

  /** Shop, gateway, simulator, database: whoever calls somebody else goes first. */
  stop(): Promise<void> {
    this.callOff.abort();
    return (this.stopping ??= this.stopAll());
  }

  /** At once. The database is told to stop, and does so by itself. */
  async kill(): Promise<void> {
    for (const app of this.running) app.kill();
    await Promise.all(this.running.map(({ gone }) => gone));
    await (await this.started())?.interrupt();
  }

  private async clearTheWay(): Promise<void> {
    const other = this.leftovers.find('launcher');
    if (other !== undefined && other !== process.pid) {
      throw new ConfigError(
        `It already runs (process ${other}) in ${this.options.config.dataDir}: stop that one, or set DATA_DIR and the ports.`,
      );
    }
    this.leftovers.note('launcher', process.pid);
    for (const name of APPS) await this.leftovers.stop(name);
    const taken = await findTakenPorts(this.options.config);
    if (taken.length > 0) throw new ConfigError(taken.join('\n'));
  }

  private parties(): DemoParties {
    const { dataDir, bankEnvironment } = this.options.config;
    const directory = path.join(dataDir, 'demo');
    const credentials = keepDemoCredentials({ directory, bankEnvironment });
    const gatewayUrl = gatewayUrlOf(this.options.config);
    return { credentials, counterparty: keepDemoCounterparty({ directory, gatewayUrl }) };
  }

  /** Database and bank first; then the gateway, and its caller with the secret that it signs by. */
  private async launch(plans: readonly AppPlan[], demo: DemoParties): Promise<void> {
    const [simulator, gateway, shop] = (['simulator', 'gateway', 'shop'] as const).map((name) =>
      plans.find((plan) => plan.name === name),
    );
    this.database = this.openDatabase();
    const [cards] = await Promise.all([simulator && this.startBank(simulator, demo), this.database]);
    if (this.stopping || !gateway || !shop) return;
    await this.spawn({ ...gateway, env: { ...cards, ...gateway.env } }).ready;
    const webhooks = await this.webhooksOf(demo);
    if (!this.isStopping) await this.spawn({ ...shop, env: { ...shop.env, ...webhooks } }).ready;
  }

  /** @returns what the gateway needs to take cards in the shop's page; without it, they are entered on the page of the bank */
  private async startBank(simulator: AppPlan, { credentials: { merchantId } }: DemoParties): Promise<Environment> {
    await this.spawn(simulator).ready;
    const { config, print } = this.options;
    const directory = path.join(config.dataDir, 'demo');
    try {
      const file = await keepPaymentKey({ simulatorUrl: simulatorUrlOf(config), merchantId, directory });
      return { ALLIANCE_PAYMENT_KEY_FILE: file };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.isStopping) print(`The shop's page takes no cards: ${reason}.`);
      return {};
    }
  }

  /** What the shop needs to be told of events. Without it, it asks. */
  private async webhooksOf({ credentials: { apiKey } }: DemoParties): Promise<Environment> {
    const { config, print } = this.options;
    const url = shopWebhooksUrl(config);
    if (url === undefined || this.stopping) return {};
    try {
      const directory = path.join(config.dataDir, 'demo');
      const file = await keepShopEndpoint({ gatewayUrl: gatewayUrlOf(config), apiKey, url, directory });
      return { WEBHOOK_SECRET_FILE: file };
    } catch (error) {
      print(`The shop gets no webhooks, and asks instead: ${error instanceof Error ? error.message : String(error)}.`);
      return {};
    }
  }

  /** Its address goes to the gateway by file, since it holds the password. */
  private async openDatabase(): Promise<EmbeddedPostgres | undefined> {
    const { dataDir, databaseUrlFile, postgresPort: port } = this.options.config;
    if (databaseUrlFile === undefined) return undefined;
    const { signal } = this.callOff;
    const database = await startEmbeddedPostgres({ dataDir: databaseDirectoryOf(dataDir), port, signal });
    writeFileSync(databaseUrlFile, database.url, { mode: 0o600 });
    return database;
  }

  /** The database, unless its start failed or was called off. */
  private started(): Promise<EmbeddedPostgres | undefined> {
    return this.database.catch(() => undefined);
  }

  private spawn(plan: AppPlan): ChildApp {
    const { config, print } = this.options;
    const logFile = path.join(config.dataDir, 'logs', `${plan.name}.log`);
    const app = new ChildApp({ plan, logFile, print, script: this.script(plan.name), mark: config.dataDir });
    this.running.push(app);
    this.leftovers.note(plan.name, app.pid);
    void app.gone.then(() => {
      this.leftovers.forget(plan.name);
      if (!this.stopping) this.fail(app.ending);
    });
    return app;
  }

  private async stopAll(): Promise<void> {
    for (const name of APPS) await this.running.find((app) => app.name === name)?.stop();
    await (await this.started())?.stop();
    if (this.leftovers.find('launcher') === process.pid) this.leftovers.forget('launcher');
  }

  private script(name: string): string {
    return path.join(this.options.appsDirectory, name, 'src', 'main.js');
  }
}
