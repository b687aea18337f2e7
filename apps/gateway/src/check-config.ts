import { readStartConfig } from './app/start-config.js';
import { ConfigError } from './config/gateway-config.js';

// For the launcher: every mistake of the environment, a line each, on standard output; nothing is opened or written.
try {
  await readStartConfig(process.env);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stdout.write(`${error.message}\n`);
}
