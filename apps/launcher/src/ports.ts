import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { type LauncherConfig } from './launcher-config.js';

/** One sentence for every port that something else listens on. */
export async function findTakenPorts(config: LauncherConfig): Promise<string[]> {
  const wanted: [name: string, port: number, isNeeded: boolean][] = [
    ['GATEWAY_PORT', config.gatewayPort, true],
    ['SIMULATOR_PORT', config.simulatorPort, config.bankUrl === undefined],
    ['SHOP_PORT', config.shopPort, true],
    ['POSTGRES_PORT', config.postgresPort, config.usesOwnDatabase && !isOurDatabase(config)],
  ];
  const sentences: string[] = [];
  for (const [name, port, isNeeded] of wanted) {
    if (!isNeeded || (await isFree(port))) continue;
    sentences.push(`Port ${port} is taken: set ${name} to a free port, or stop the program that uses it.`);
  }
  return sentences;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** A server left behind by a killed gateway: the next gateway takes it over. */
function isOurDatabase({ dataDir, postgresPort }: LauncherConfig): boolean {
  const home = path.join(dataDir, 'postgres');
  const directory = readText(path.join(home, 'location')) ?? home;
  const lines = readText(path.join(directory, 'cluster', 'postmaster.pid'))?.split('\n');
  return Number(lines?.[3]) === postgresPort; // line 4 is the port
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
