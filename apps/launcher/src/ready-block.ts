import path from 'node:path';
import { LOOPBACK, shownUrlOf } from './address.js';
import { type LauncherConfig } from './launcher-config.js';

export interface ReadyFacts {
  readonly config: LauncherConfig;
  readonly apiKey: string;
  readonly tookMs: number;
  /** Where the user is: paths are shown relative to it. */
  readonly cwd: string;
}

/** The one thing a newcomer reads. */
export function readyBlock({ config, apiKey, tookMs, cwd }: ReadyFacts): string {
  const { host = LOOPBACK, simulatorHost = LOOPBACK, bankUrl } = config;
  const gateway = shownUrlOf(host, config.gatewayPort);
  const log = path.join(path.relative(cwd, config.dataDir) || '.', 'logs', 'gateway.log');
  const bank = bankUrl ?? `${shownUrlOf(simulatorHost, config.simulatorPort)}  (simulator: no real money moves)`;
  return [
    '',
    `Ready in ${(tookMs / 1000).toFixed(1)} s.`,
    '',
    `  Shop      ${shownUrlOf(host, config.shopPort)}  <- open this first and buy something`,
    `  Gateway   ${gateway}  (API reference: ${gateway}/docs)`,
    `  Bank      ${bank}`,
    `  API key   ${apiKey}`,
    ...(showsDcm(config) ? ['  DCM       see one operation authorized in both ways: npm run --silent demo:dcm'] : []),
    '',
    `  Logs: tail -f ${log}    Stop: Ctrl-C`,
    '',
  ].join('\n');
}

/** Only the simulator's DCM is for playing. */
const showsDcm = ({ bankUrl, dcmUrl }: LauncherConfig): boolean => bankUrl === undefined && dcmUrl === undefined;
