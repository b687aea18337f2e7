import { destination, type DestinationStream, pino } from 'pino';
import { ConfigError, type ShopConfig, loadShopConfig } from './shop-config.js';
import { createShop } from './shop-server.js';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Bytes of log that wait for a standard output that takes none, before lines are dropped. */
const LOG_BACKLOG_BYTES = 1_000_000;

/** Standard output. When its disk is full or its reader is gone, lines are dropped and the shop lives. */
function logStream(): DestinationStream {
  const stream = destination({ dest: 1, sync: true, maxLength: LOG_BACKLOG_BYTES });
  stream.on('error', () => undefined);
  return stream;
}

async function start(config: ShopConfig): Promise<void> {
  const log = pino({}, logStream());
  const shop = createShop(config, log);
  for (const signal of STOP_SIGNALS) process.once(signal, () => void shop.close().then(() => process.exit(0)));
  const url = await shop.listen({ port: config.port, host: config.host });
  log.info({ url }, 'listening');
  process.send?.({ listening: url }, undefined, undefined, () => undefined); // to whoever started us and waits for it
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const { code, port } = error as { code?: unknown; port?: number };
  if (code === 'EADDRINUSE') return `PORT ${port} is already taken: stop the other program or set PORT to a free port.`;
  return `The shop could not start (${typeof code === 'string' ? code : String(error)}): check HOST and PORT.`;
}

// What nobody reads any more, or no disk takes, is dropped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  await start(loadShopConfig());
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
