import { COMMANDS, type Command, type Desk } from './commands.js';
import { ConfigError } from '../config/gateway-config.js';
import { CliError } from './cli-error.js';
import { parseInput } from './command-input.js';

/** Opens what commands work with, and closes it again. */
export type OpenDesk = () => Promise<{ readonly desk: Desk; close(): Promise<void> }>;

/** @returns the exit code; prints JSON on standard output, problems on standard error */
export async function runCli(args: readonly string[], openDesk: OpenDesk): Promise<number> {
  const found = findCommand(args);
  if (!found) {
    process.stdout.write(help());
    return args.length === 0 || args[0] === 'help' || args[0] === '--help' ? 0 : 2;
  }
  try {
    const input = parseInput(found.rest);
    const result = await withDesk(openDesk, (desk) => found.command.run(desk, input));
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${problemOf(error)}\n`);
    return 1;
  }
}

async function withDesk<T>(openDesk: OpenDesk, work: (desk: Desk) => Promise<T>): Promise<T> {
  const open = await openDesk();
  try {
    return await work(open.desk);
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
  if (error instanceof CliError || error instanceof ConfigError || (error as { code?: unknown }).code !== undefined)
    return (error as Error).message;
  return (error as Error).stack ?? String(error);
}
