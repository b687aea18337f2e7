import 'reflect-metadata';
import { type AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Bank } from './bank/bank.js';
import { ConfigError, type SimulatorConfig } from './config.js';
import { SimulatorModule } from './simulator.module.js';
import { StateFile } from './state/state-file.js';

const BODY_LIMIT_BYTES = 1_048_576;

export interface Simulator {
  readonly url: string;
  readonly bank: Bank;
  close(): Promise<void>;
}

const listen = async (app: NestFastifyApplication, { port, host }: SimulatorConfig): Promise<void> => {
  try {
    await app.listen(port, host);
  } catch (error) {
    const { code = 'unknown problem' } = error as NodeJS.ErrnoException;
    const problem = code === 'EADDRINUSE' ? 'is taken by another program' : `on ${host} cannot be opened (${code})`;
    throw new ConfigError(`PORT ${port} ${problem}: stop that program or set PORT to a free one.`, { cause: error });
  }
};

/** Faults leave sockets open in silence, so closing does not wait for them. */
const stop = async (app: NestFastifyApplication, bank: Bank, stateFile?: StateFile): Promise<void> => {
  bank.callbacks.close();
  bank.dcm.platform.sender.close();
  app.getHttpServer().closeAllConnections();
  await app.close();
  stateFile?.stop();
  bank.clock.restart();
};

/** @throws ConfigError when the port is taken or the state file is not readable. */
export async function startSimulator(config: SimulatorConfig): Promise<Simulator> {
  const address = { publicUrl: config.publicUrl ?? `http://localhost:${config.port}` };
  const bank = new Bank({ ...config, publicUrl: () => address.publicUrl });
  const stateFile = config.stateFile === undefined ? undefined : new StateFile(config.stateFile, bank);
  stateFile?.load();
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    skipMiddie: true,
    routerOptions: { ignoreDuplicateSlashes: true }, // the bank's PHP SDK sends //api-gateway/…
  });
  const options = { bodyParser: false, logger: false, abortOnError: false } as const;
  const app = await NestFactory.create<NestFastifyApplication>(SimulatorModule.of(bank), adapter, options);
  await listen(app, config);
  const { port } = app.getHttpServer().address() as AddressInfo;
  if (config.publicUrl === undefined) address.publicUrl = `http://localhost:${port}`;
  try {
    stateFile?.start();
  } catch (error) {
    await app.close();
    throw error;
  }
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return { url: `http://${host}:${port}`, bank, close: () => stop(app, bank, stateFile) };
}
