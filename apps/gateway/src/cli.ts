import 'reflect-metadata';
import { runCli } from './cli/run-cli.js';
import { openDesk } from './open-desk.js';

// The command itself says what became of its output.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exit(await runCli(process.argv.slice(2), (access) => openDesk(process.env, access)));
