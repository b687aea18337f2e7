import { execFile } from 'node:child_process';
import { APP_ENVIRONMENT } from './app-environment.js';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command of the gateway's command line, whatever comes of it. */
export function runCommand(args: readonly string[], env: Readonly<Record<string, string>>): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['dist/apps/gateway/src/cli.js', ...args],
      { env: { ...APP_ENVIRONMENT, ...env } },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}
