import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';

export interface Failure {
  readonly spec: string;
  readonly test: string;
}

interface Report {
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Jest in another tree. Not with `--bail`, under which it writes no report. */
export class JestRun {
  constructor(
    private readonly directory: string,
    private readonly databaseUrl: string | undefined,
  ) {}

  /**
   * @returns what failed; a spec that cannot even be loaded is a failure, and so is one that takes Jest down with it
   * @throws Error when Jest found nothing to run
   */
  async failures(specs: readonly string[]): Promise<readonly Failure[]> {
    const file = path.join(this.directory, 'plants-report.json');
    await rm(file, { force: true });
    const flags = ['--ci', '--json', `--outputFile=${file}`, '--runTestsByPath'];
    const output = await this.run(['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', ...flags, ...specs]);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    const report = text === undefined ? undefined : (JSON.parse(text) as Report);
    if (!report && output.includes('Node.js v'))
      return [{ spec: specs.join(), test: 'an error that nobody caught ended Jest' }];
    if (!report || report.testResults.length === 0)
      throw new Error(`Jest ran nothing of ${specs.join(', ')}:\n${output}`);
    return report.testResults.flatMap((result) => {
      const spec = path.relative(this.directory, result.name);
      const failed = result.assertionResults.filter(({ status }) => status === 'failed');
      if (failed.length === 0 && result.status === 'failed') return [{ spec, test: 'cannot be loaded' }];
      return failed.map(({ fullName }) => ({ spec, test: fullName }));
    });
  }

  private run(args: readonly string[]): Promise<string> {
    const database = this.databaseUrl === undefined ? {} : { TEST_DATABASE_URL: this.databaseUrl };
    const child = spawn(process.execPath, args, { cwd: this.directory, env: { ...process.env, ...database } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-5_000)));
    }
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => {
        resolve(output);
      });
    });
  }
}
