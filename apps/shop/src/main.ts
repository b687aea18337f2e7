import { pino } from 'pino';
import { ConfigError, type ShopConfig, loadShopConfig } from './shop-config.js';
import { createShop } from './shop-server.js';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

async function start(config: ShopConfig): Promise<void> {
  const log = pino();
  const shop = createShop(config, log);
  for (const signal of STOP_SIGNALS) process.once(signal, () => void shop.close().then(() => process.exit(0)));
  const url = await shop.listen({ port: config.port, host: config.host });
  log.info({ url }, 'listening');
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const { code, port } = error as { code?: unknown; port?: number };
  if (code === 'EADDRINUSE') return `PORT ${port} is already taken: stop the other program or set PORT to a free port.`;
  return `The shop could not start (${typeof code === 'string' ? code : String(error)}): check HOST and PORT.`;
}

try {
  await start(loadShopConfig());
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
