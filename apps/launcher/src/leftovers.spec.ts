import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Leftovers } from './leftovers.js';

/** A stand-in for an app: it says that it runs and ends when it is told to. */
const APP = `process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1_000); process.stdout.write('up');`;

describe('Leftovers', () => {
  let base: string;
  let script: string;
  let app: ChildProcess | undefined;
  const run = async (dataDir: string): Promise<number> => {
    app = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(app.stdout!, 'data');
    return app.pid ?? 0;
  };
  beforeEach(() => {
    base = mkdtempSync(path.join(tmpdir(), 'leftovers-'));
    script = path.join(base, 'main.js');
    writeFileSync(script, APP);
  });
  afterEach(() => {
    app?.kill('SIGKILL');
    rmSync(base, { recursive: true });
  });
  const leftoversOf = (dataDir: string) => new Leftovers(dataDir, () => script);

  it('stops what a killed launcher of this DATA_DIR left', async () => {
    const mine = path.join(base, 'mine');
    leftoversOf(mine).note('gateway', await run(mine));
    const ended = once(app!, 'exit');
    await leftoversOf(mine).stop('gateway');
    expect(await ended).toEqual([0, null]);
  });

  it('leaves the app of another installation alone that got the number of ours', async () => {
    const mine = path.join(base, 'mine');
    leftoversOf(mine).note('gateway', await run(path.join(base, 'mine-too')));
    await leftoversOf(mine).stop('gateway');
    expect([app?.exitCode, app?.signalCode]).toEqual([null, null]);
  });
});
