import { KeystoreError } from '#libs/keystore';
import { type Access } from '../audit/command.js';
import { startProblem } from '../config/start-problem.js';
import { accessOf, COMMANDS, type Command, type Services } from './commands.js';
import { ConfigError } from '../config/gateway-config.js';
import { CliError } from './cli-error.js';
import { parseInput } from './command-input.js';

/** Opens what commands work with, and closes it again. */
export type OpenServices = (access: Access) => Promise<{ readonly services: Services; close(): Promise<void> }>;

/** @returns the exit code; prints JSON on standard output, problems on standard error */
export async function runCli(args: readonly string[], openServices: OpenServices): Promise<number> {
  const found = findCommand(args);
  if (!found) return unknownCommand(args);
  try {
    const input = parseInput(found.rest);
    const open = (): ReturnType<OpenServices> => openServices(accessOf(found.command, input));
    const result = await withServices(open, (services) => found.command.run(services, input));
    await print(`${JSON.stringify(result, null, 2)}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${problemOf(error)}\n`);
    return 1;
  }
}

async function unknownCommand(args: readonly string[]): Promise<number> {
  if (args.length === 0 || args[0] === 'help' || args[0] === '--help') {
    await print(help());
    return 0;
  }
  process.stderr.write(`There is no command "${args.slice(0, 2).join(' ')}": see "npm run --silent cli -- help".\n`);
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

async function withServices<T>(
  openServices: () => ReturnType<OpenServices>,
  work: (services: Services) => Promise<T>,
): Promise<T> {
  const open = await openServices();
  try {
    return await work(open.services);
  } finally {
    await open.close();
  }
}

function findCommand(args: readonly string[]): { command: Command; rest: readonly string[] } | undefined {
  for (const words of [2, 1]) {
    const name = args.slice(0, words).join(' ');
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command) return { command, rest: args.slice(words) };
  }
  return undefined;
}

function help(): string {
  const lines = Object.entries(COMMANDS).map(
    ([name, { usage, help: text }]) => `  ${`${name} ${usage}`.trim()}\n      ${text}\n`,
  );
  return `Usage: npm run --silent cli -- <command>\n\nIt reads the same environment as the gateway.\n\n${lines.join('')}`;
}

/** A known problem is a sentence; a defect shows its stack. */
function problemOf(error: unknown): string {
  if (error instanceof CliError || error instanceof ConfigError) return error.message;
  const { code, message } = error as { code?: unknown; message?: string };
  return code === undefined || error instanceof KeystoreError || !message ? startProblem(error) : message;
}
