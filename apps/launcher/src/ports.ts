import { createServer } from 'node:net';
import { portOfRunningServer } from '#libs/embedded-postgres';
import { LOOPBACK } from './address.js';
import { databaseDirectoryOf, type LauncherConfig } from './launcher-config.js';

/** One sentence for every port that something else listens on, or that cannot be listened on. */
export async function findTakenPorts(config: LauncherConfig): Promise<string[]> {
  const { host = LOOPBACK, simulatorHost = LOOPBACK } = config;
  const wanted: Wanted[] = [
    { name: 'GATEWAY_PORT', port: config.gatewayPort, hostName: 'HOST', host, isNeeded: true },
    {
      name: 'SIMULATOR_PORT',
      port: config.simulatorPort,
      hostName: 'SIMULATOR_HOST',
      host: simulatorHost,
      isNeeded: config.bankUrl === undefined,
    },
    { name: 'SHOP_PORT', port: config.shopPort, hostName: 'HOST', host, isNeeded: true },
    {
      name: 'POSTGRES_PORT',
      port: config.postgresPort,
      hostName: 'HOST',
      host: LOOPBACK,
      isNeeded: await isPostgresPortNeeded(config),
    },
  ];
  const sentences = await Promise.all(wanted.filter(({ isNeeded }) => isNeeded).map(objectionTo));
  return [...new Set(sentences.filter((sentence) => sentence !== undefined))];
}

/** Not beside somebody else's database, and not where ours still runs: it is taken over. */
async function isPostgresPortNeeded({ databaseUrlFile, dataDir, postgresPort }: LauncherConfig): Promise<boolean> {
  return databaseUrlFile !== undefined && (await portOfRunningServer(databaseDirectoryOf(dataDir))) !== postgresPort;
}

interface Wanted {
  readonly name: string;
  readonly port: number;
  readonly hostName: string;
  readonly host: string;
  readonly isNeeded: boolean;
}

async function objectionTo({ name, port, hostName, host }: Wanted): Promise<string | undefined> {
  const code = await tryToListen(port, host);
  switch (code) {
    case undefined:
      return undefined;
    case 'EADDRINUSE':
      return `Port ${port} is taken: set ${name} to a free port, or stop the program that uses it.`;
    case 'EACCES':
      return `Port ${port} is reserved for the system: set ${name} to a port above 1023.`;
    default:
      return `${hostName} is not an address of this machine (${host}, ${code}): set it to one, or to ${LOOPBACK}.`;
  }
}

/** @returns why not */
function tryToListen(port: number, host: string): Promise<string | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? 'unknown problem');
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}
