import 'reflect-metadata';
import { startOptions } from './app/schema.js';
import { readStartConfig } from './app/start-config.js';
import { startProblem } from './config/start-problem.js';
import { prepareInstallation } from './keys/installation.store.js';

// For a job that runs before new processes: what a gateway does at its start up to the schema, and no more.
try {
  const config = await readStartConfig(process.env);
  await prepareInstallation(config, startOptions(config), { access: 'installs' });
  process.stdout.write('The schema is up to date.\n');
} catch (error) {
  process.stderr.write(`${startProblem(error)}\n`);
  process.exitCode = 1;
}
