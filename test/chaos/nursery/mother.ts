import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { runGateway } from '../../../apps/gateway/src/app/run-gateway.js';
import { type Birth, type ForkAddon } from './nursery.js';

/** Node.js draws random ids in batches of 128, which a copy would draw once more. */
const ID_BATCH = 128;

const addon = createRequire(import.meta.url)(process.env['FORK_ADDON'] ?? '') as ForkAddon;
const birthFile = (name: string): Birth => JSON.parse(process.env[name] ?? '{}') as Birth;
/** Nothing else holds the loop open. */
const waiting = setInterval(() => undefined, 60_000);

/** Runs a gateway once and stops it: what its copies run has been read, compiled and made fast. */
async function warmUp({ env }: Pick<Birth, 'env'>): Promise<void> {
  const { send, exit } = process as { readonly send?: unknown; readonly exit: unknown };
  const listening = Promise.withResolvers<unknown>();
  const stopped = Promise.withResolvers<unknown>();
  Object.assign(process, { send: listening.resolve });
  await runGateway(env);
  await listening.promise;
  Object.assign(process, { send, exit: stopped.resolve });
  process.emit('SIGTERM');
  await stopped.promise;
  Object.assign(process, { exit });
  for (const signal of ['SIGTERM', 'SIGINT']) process.removeAllListeners(signal);
}

function bear(birth: Birth): void {
  const pid = addon.fork(birth.output);
  if (pid === 0) live(birth);
  else process.send?.({ born: birth.socket, pid });
}

/** A gateway like any other; it talks to whoever wanted it over a socket of its own. */
function live({ env, socket }: Birth): void {
  process.off('message', heed);
  process.disconnect();
  clearInterval(waiting);
  for (let drawn = 0; drawn <= ID_BATCH; drawn += 1) randomUUID();
  const line = connect(socket);
  Object.assign(process, { send: (message: object) => line.write(`${JSON.stringify(message)}\n`) });
  line.on('data', (text) => {
    for (const order of String(text).split('\n').filter(Boolean)) process.emit('message', JSON.parse(order), undefined);
  });
  Object.defineProperty(process, 'pid', { value: Number(readlinkSync('/proc/self')) }); // Node.js remembers its own
  process.env = { ...env };
  void runGateway(process.env);
}

type Order = { readonly bear: Birth } | { readonly bury: number };

function heed(order: unknown): void {
  const wish = order as Order;
  if ('bear' in wish) bear(wish.bear);
  else process.send?.({ buried: wish.bury, signal: addon.signalThatEnded(wish.bury) });
}

await warmUp(birthFile('WARM_UP'));
process.on('message', heed);
process.send?.({ ready: true });
