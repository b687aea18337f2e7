import { KeystoreError } from '#libs/keystore';
import { type Access, type OperatorCommand } from '../audit/command.js';
import { startProblem } from '../config/start-problem.js';
import { ConfigError } from '../config/gateway-config.js';
import { CliError } from './cli-error.js';
import { type NamedCommand, readInput, usageOf } from './command-input.js';
import { nearest } from './nearest.js';

/** Runs one command on an installation that is opened for it. */
export interface OpenedInstallation {
  readonly run: (command: OperatorCommand, input: object) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export interface CommandLine {
  readonly commands: readonly OperatorCommand[];
  readonly open: (command: OperatorCommand, access: Access) => Promise<OpenedInstallation>;
}

/** @returns the exit code; prints JSON on standard output, problems on standard error */
export async function runCli(args: readonly string[], { commands, open }: CommandLine): Promise<number> {
  const byName = namesOf(commands);
  const found = findCommand(byName, args);
  if (!found) return explain(byName, args);
  try {
    const input = readInput(found, found.rest);
    const opened = await open(found.command, found.command.accessOf(input));
    const result = await opened.run(found.command, input).finally(() => opened.close());
    await print(`${JSON.stringify(result ?? { done: true }, null, 2)}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${problemOf(error)}\n`);
    return 1;
  }
}

/** Every name at the command line, in the order of the table. */
export const namesOf = (commands: readonly OperatorCommand[]): ReadonlyMap<string, NamedCommand> =>
  new Map(commands.flatMap((command) => command.cli.map((cli) => [cli.name, { command, cli }] as const)));

async function explain(byName: ReadonlyMap<string, NamedCommand>, args: readonly string[]): Promise<number> {
  const [first, ...topic] = args;
  if (first === undefined || first === 'help' || first === '--help') {
    const chosen = [...byName].filter(([name]) => name.startsWith(topic.join(' ')));
    if (chosen.length > 0) {
      await print(help(chosen));
      return 0;
    }
  }
  const asked = args
    .filter((word) => word !== 'help' && !word.startsWith('-'))
    .slice(0, 2)
    .join(' ');
  const close = nearest(asked, [...byName.keys()]);
  process.stderr.write(
    `There is no command "${asked || (first ?? '')}".
The nearest one is "${close}": ${byName.get(close)?.cli.help ?? ''}
All of them: npm run --silent cli -- help\n`,
  );
  return 2;
}

/** What is printed may be a key that is shown this once: somebody has to know that it got lost. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      const { code } = (error ?? {}) as NodeJS.ErrnoException;
      if (error && code !== 'EPIPE') reject(new CliError(`Standard output takes nothing (${code ?? error.message})`));
      else resolve(); // whoever closed it has read what they wanted
    });
  });
}

function findCommand(
  byName: ReadonlyMap<string, NamedCommand>,
  args: readonly string[],
): (NamedCommand & { readonly rest: readonly string[] }) | undefined {
  for (const words of [2, 1]) {
    const found = byName.get(args.slice(0, words).join(' '));
    if (found) return { ...found, rest: args.slice(words) };
  }
  return undefined;
}

function help(chosen: readonly (readonly [string, NamedCommand])[]): string {
  const lines = chosen.map(([name, found]) => `  ${`${name} ${usageOf(found)}`.trim()}\n      ${found.cli.help}\n`);
  return `Usage: npm run --silent cli -- <command>\n\nIt reads the same environment as the gateway.\n\n${lines.join('')}`;
}

/** A known problem is a sentence; a defect shows its stack. */
function problemOf(error: unknown): string {
  if (error instanceof CliError || error instanceof ConfigError) return error.message;
  const { code, message } = error as { code?: unknown; message?: string };
  return code === undefined || error instanceof KeystoreError || !message ? startProblem(error) : message;
}
