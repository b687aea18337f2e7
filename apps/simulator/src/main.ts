import { ConfigError, readConfig } from './config.js';
import { type Simulator, startSimulator } from './start-simulator.js';

const stopOn = (simulator: Simulator): void => {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    simulator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
};

// What nobody reads any more, or no disk takes, is dropped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  const simulator = await startSimulator(readConfig(process.env));
  stopOn(simulator);
  process.stdout.write(`${JSON.stringify({ level: 30, time: Date.now(), msg: 'listening', url: simulator.url })}\n`);
  process.send?.({ listening: simulator.url }, undefined, undefined, () => undefined); // to whoever started us and waits for it
} catch (error) {
  const message = error instanceof ConfigError ? error.message : `The simulator cannot start: ${String(error)}`;
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
