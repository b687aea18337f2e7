import 'reflect-metadata';
import { type Terminal } from './audit/tool.js';
import { runCli } from './cli/run-cli.js';
import { COMMANDS, TOOLS } from './app/commands.js';
import { openInstallation } from './app/open-installation.js';

// The command itself says what became of its output.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** A tool may run until Ctrl-C, which ends it in order; a command ends at once, as ever. */
function openTerminal(): Terminal {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      ended.abort();
    });
  }
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  return { env: process.env, print, signal: ended.signal };
}

process.exit(
  await runCli(process.argv.slice(2), {
    commands: COMMANDS,
    open: (command, access) => openInstallation(process.env, command, access),
    tools: TOOLS,
    terminal: openTerminal,
  }),
);
