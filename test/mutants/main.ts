import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Dice } from '../chaos/random.js';
import { JestRun } from '../plants/jest-run.js';
import { ScratchTree } from '../plants/scratch-tree.js';
import { type Mutant, mutantsOf, mutated } from './mutants.js';

const USAGE = `npm run test:mutants -- [--minutes N] [--seed N] [--only REGEX] [--fresh]
  Plants mutants of the pure core one at a time and runs the specs that import the file, and its histories. Goes on where
  the report in docs/evidence ends. --only names files`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    fresh: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const REPORT = 'docs/evidence/mutants';
const PAYMENTS = 'apps/gateway/src/payments';
/** Rules alone: what has no unit spec of its own is judged by the planted bugs of test/plants. */
const FILES = globSync(`${PAYMENTS}/{domain,kinds}/*.ts`).filter(
  (file) => !file.endsWith('.spec.ts') && !/(payment-error|failpoints)\.ts$/u.test(file),
);
const SPECS = globSync(`${PAYMENTS}/{domain,kinds,engine}/*.spec.ts`);

interface Tried {
  readonly id: string;
  readonly operator: string;
  readonly caught: boolean;
}

/** The same mutant of the same text, whatever stands above it. */
const idOf = (source: string, { file, line, start, end, replacement }: Mutant): string =>
  `${file}:${line}: ${source.slice(start, end).replaceAll(/\s+/gu, ' ').slice(0, 60)} -> ${replacement.replaceAll(/\s+/gu, ' ').slice(0, 60)}`;

/** Specs that import it, by themselves or by what they import of the core; its own first. */
function specsOf(file: string): readonly string[] {
  const name = path.basename(file);
  const imports = (spec: string): boolean =>
    new RegExp(`/${name.replace('.ts', '')}\\.js'`, 'u').test(readFileSync(spec, 'utf8'));
  const own = file.replace(/\.ts$/u, '.spec.ts');
  return [...new Set([...SPECS.filter((spec) => spec === own), ...SPECS.filter(imports)])];
}

function readTried(): Tried[] {
  if (values.fresh) return [];
  try {
    return (JSON.parse(readFileSync(`${REPORT}.json`, 'utf8')) as { tried: Tried[] }).tried;
  } catch {
    return [];
  }
}

function write(tried: readonly Tried[], all: number): void {
  const caught = tried.filter((one) => one.caught).length;
  const survivors = tried.filter((one) => !one.caught);
  const score = tried.length === 0 ? 0 : (100 * caught) / tried.length;
  mkdirSync(path.dirname(REPORT), { recursive: true });
  writeFileSync(`${REPORT}.json`, `${JSON.stringify({ seed: Number(values.seed), all, tried }, undefined, 1)}\n`);
  const lines = survivors.map(({ id, operator }) => `- ${operator}: \`${id}\``);
  writeFileSync(
    `${REPORT}.md`,
    `# Mutants of the pure core

Written by \`npm run test:mutants\`, which goes on from here. Of ${all} mutants of \`payments/domain\` and \`payments/kinds\`, in an
order drawn by seed ${values.seed}, ${tried.length} were tried: ${caught} caught, ${survivors.length} survived, score
${score.toFixed(1)} %. Only the specs that import the file itself are run.

## Survivors

${lines.join('\n')}
`,
  );
  process.stdout.write(`${tried.length} of ${all} tried, ${caught} caught (${score.toFixed(1)} %)\n`);
}

async function run(): Promise<void> {
  const tree = await ScratchTree.copy(process.cwd());
  const jest = new JestRun(tree.directory, undefined);
  const sources = new Map(FILES.map((file) => [file, readFileSync(file, 'utf8')]));
  const all = [...sources].flatMap(([file, text]) => mutantsOf(file, text));
  const chosen = new Dice(Number(values.seed)).shuffled(
    all.filter(({ file }) => new RegExp(values.only, 'u').test(file)),
  );
  const tried = readTried();
  const known = new Set(tried.map(({ id }) => id));
  const endAt = Date.now() + Number(values.minutes) * 60_000;
  try {
    for (const mutant of chosen) {
      if (Date.now() > endAt) break;
      const source = sources.get(mutant.file) ?? '';
      const id = idOf(source, mutant);
      if (known.has(id)) continue;
      const specs = specsOf(mutant.file);
      const failures =
        specs.length === 0
          ? []
          : await tree.withChange(
              mutant.file,
              (text) => mutated(text, mutant),
              () => jest.failures(specs),
            );
      tried.push({ id, operator: mutant.operator, caught: failures.length > 0 });
      if (failures.length === 0) process.stdout.write(`survived: ${id}\n`);
      if (tried.length % 10 === 0) write(tried, all.length);
    }
  } finally {
    await tree.remove();
    write(tried, all.length);
  }
}

if (values.help) process.stdout.write(`${USAGE}\n`);
else await run();
