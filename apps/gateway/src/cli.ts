import 'reflect-metadata';
import { runCli } from './cli/run-cli.js';
import { COMMANDS } from './app/commands.js';
import { openInstallation } from './app/open-installation.js';

// The command itself says what became of its output.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exit(
  await runCli(process.argv.slice(2), {
    commands: COMMANDS,
    open: (command, access) => openInstallation(process.env, command, access),
  }),
);
