import './node-version.js';
import path from 'node:path';
import { gatewayProblems } from './gateway-problems.js';
import { Launcher } from './launcher.js';
import { ConfigError, type LauncherConfig, readLauncherConfig } from './launcher-config.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm passes Ctrl-C on although the terminal has told us already: one press arrives twice. */
const SAME_PRESS_MS = 500;

// Their reader is gone (`npm start | head`), or their disk is full: the line is dropped, the apps live.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

function stopOnSignals(launcher: Launcher): void {
  let firstAt: number | undefined;
  const onSignal = (): void => {
    if (firstAt === undefined) {
      firstAt = Date.now();
      print('Stopping …');
      void launcher.stop().then(() => process.exit(0));
    } else if (Date.now() - firstAt > SAME_PRESS_MS) {
      void launcher.kill().finally(() => process.exit(1));
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

/** A defect of the launcher leaves no app behind. */
function stopOnDefects(launcher: Launcher): void {
  process.once('uncaughtException', (error) => {
    complain(error.stack ?? String(error));
    void launcher.stop().finally(() => process.exit(1));
  });
}

async function run(launcher: Launcher): Promise<never> {
  stopOnSignals(launcher);
  stopOnDefects(launcher);
  let reason: string;
  try {
    await launcher.start();
    reason = await launcher.failure;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  const isWanted = launcher.isStopping;
  if (!isWanted) complain(reason);
  await launcher.stop();
  process.exit(isWanted ? 0 : 1);
}

const appsDirectory = path.resolve(import.meta.dirname, '..', '..');

function configOrExit(): LauncherConfig {
  try {
    return readLauncherConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const told = error.message.split('\n');
    complain([...told, ...gatewayProblems(process.env, told, appsDirectory)].join('\n'));
    process.exit(1);
  }
}

try {
  const config = configOrExit();
  await run(new Launcher({ config, env: process.env, appsDirectory, print }));
} catch (error) {
  complain(error instanceof ConfigError ? error.message : `The launcher cannot start: ${String(error)}`);
  process.exit(1);
}
