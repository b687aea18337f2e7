import { execFile } from 'node:child_process';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { checkPlants } from './check-plants.js';
import { JestRun } from './jest-run.js';
import { type Plant } from './plant.js';
import { PLANTS } from './plants.js';
import { ScratchTree } from './scratch-tree.js';
import { startServer } from './test-server.js';

const USAGE = `npm run test:plants -- [--quick] [--only REGEX] [--minutes N] [--seed N] [--list | --check]
  Plants bugs one at a time in a copy of the tree and runs what should notice them.
  --quick    the handful of every change    --only     those whose name matches
  --minutes  begins no new one after that   --seed     another order (default: as they are listed)
  --list     only names them                --check    only looks whether each is still to be planted, and compiles`;

interface Outcome {
  readonly plant: Plant;
  readonly result: 'caught' | 'SURVIVED' | 'not run';
  readonly note: string;
  readonly seconds: number;
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string' },
    list: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Shuffled by a linear congruential generator, so that a seed is all one needs to run the same order again. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const rest = [...items];
  let state = seed >>> 0;
  return items.map(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return rest.splice(state % rest.length, 1)[0] as T;
  });
}

function chosen(): Plant[] {
  const pattern = new RegExp(values.only, 'u');
  const plants = PLANTS.filter(({ name, quick }) => pattern.test(name) && (!values.quick || quick === true));
  return values.seed === undefined ? plants : shuffled(plants, Number(values.seed));
}

async function tryOut(tree: ScratchTree, jest: JestRun, plant: Plant): Promise<Outcome> {
  const startedAt = Date.now();
  const [failure] = await tree.with(plant, async () => {
    if (plant.noticedBy.some((spec) => spec.startsWith('test/'))) await compile(tree.directory);
    return jest.failures(plant.noticedBy);
  });
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  if (!failure) return { plant, result: 'SURVIVED', note: plant.why, seconds };
  return { plant, result: 'caught', note: `${path.basename(failure.spec)}: ${failure.test}`, seconds };
}

/** Child processes run what is compiled. */
async function compile(directory: string): Promise<void> {
  const options = ['apps', 'libs', '--out-dir', 'dist', '--config-file', '.swcrc', '--quiet'];
  const swc = path.join(directory, 'node_modules/@swc/cli/bin/swc.js');
  await promisify(execFile)(process.execPath, [swc, ...options], { cwd: directory });
}

/** Without it a spec that always fails would seem to catch everything. */
async function expectHealthy(jest: JestRun, plants: readonly Plant[]): Promise<void> {
  const specs = [...new Set(plants.flatMap(({ noticedBy }) => noticedBy))];
  const atFirst = await jest.failures(specs);
  // On a busy machine one may fail by accident: what fails twice does not.
  const failures = atFirst.length === 0 ? [] : await jest.failures([...new Set(atFirst.map(({ spec }) => spec))]);
  if (failures.length === 0) return;
  const names = failures.map(({ spec, test }) => `  ${spec}: ${test}`);
  throw new Error(`These fail without any plant:\n${names.join('\n')}`);
}

function tell(outcomes: readonly Outcome[]): void {
  const width = Math.max(...outcomes.map(({ plant }) => plant.name.length));
  for (const { plant, result, note, seconds } of outcomes)
    say(`${plant.name.padEnd(width)}  ${result.padEnd(8)}  ${String(seconds).padStart(4)} s  ${note.slice(0, 140)}`);
  const count = (result: Outcome['result']): number => outcomes.filter((one) => one.result === result).length;
  const [caught, survived, left] = [count('caught'), count('SURVIVED'), count('not run')];
  const share = caught + survived === 0 ? 0 : Math.round((100 * caught) / (caught + survived));
  say(`\n${caught} of ${caught + survived} caught (${share} %), ${left} not run`);
}

async function run(plants: readonly Plant[]): Promise<boolean> {
  const tree = await ScratchTree.copy(process.cwd());
  const server = await startServer(plants);
  try {
    await checkPlants(tree, plants);
    if (values.check) return true;
    const jest = new JestRun(tree.directory, server?.url);
    await compile(tree.directory);
    await expectHealthy(jest, plants);
    const endAt = Date.now() + Number(values.minutes) * 60_000; // of planting; what comes before is the same for all
    const outcomes: Outcome[] = [];
    for (const plant of plants) {
      const outcome =
        Date.now() < endAt
          ? await tryOut(tree, jest, plant)
          : { plant, result: 'not run' as const, note: 'no time left', seconds: 0 };
      outcomes.push(outcome);
      say(`${outcome.result}: ${plant.name} (${outcome.seconds} s)`);
    }
    say('');
    tell(outcomes);
    return outcomes.every(({ result }) => result !== 'SURVIVED');
  } finally {
    await server?.stop();
    await tree.remove();
  }
}

if (values.help) say(USAGE);
else if (values.list) for (const { name, why } of chosen()) say(`${name}: ${why}`);
else
  run(chosen()).then(
    (isClean) => (process.exitCode = isClean ? 0 : 1),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 2;
    },
  );
