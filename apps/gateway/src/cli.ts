import 'reflect-metadata';
import { runCli } from './cli/run-cli.js';
import { openServices } from './app/open-services.js';

// The command itself says what became of its output.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exit(await runCli(process.argv.slice(2), (access) => openServices(process.env, access)));
