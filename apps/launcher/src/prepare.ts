import './node-version.js';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { keep, keepDemoCredentials } from './demo-credentials.js';

/** Writes the demo merchant, API key and key-encryption key into DATA_DIR, once: for docker-compose.yml. */
function prepare(directory: string, merchantId: string | undefined): void {
  keepDemoCredentials({ directory, bankEnvironment: 'test', merchantId });
  const keysFile = path.join(directory, 'keystore.json');
  if (existsSync(keysFile)) return;
  keep(keysFile, JSON.stringify({ current: 'demo-1', keys: { 'demo-1': randomBytes(32).toString('base64url') } }));
}

const directory = path.resolve(process.env['DATA_DIR'] ?? '.data');
prepare(directory, process.env['ALLIANCE_MERCHANT_ID']);
process.stdout.write(`Demo credentials are in ${directory}.\n`);
