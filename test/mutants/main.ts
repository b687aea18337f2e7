import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Dice } from '../chaos/random.js';
import { CompiledTree } from './compiled-tree.js';
import { EQUIVALENT } from './equivalent.js';
import { type Mutant, mutantsOf, mutated } from './mutants.js';

const USAGE = `npm run test:mutants -- [--minutes N] [--seed N] [--only REGEX] [--again] [--fresh]
  Plants mutants of the pure core one at a time and runs the unit specs that load the file. Goes on where the report in
  docs/evidence ends. --only names files, --again tries those that survived once more`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    again: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const REPORT = 'docs/evidence/mutants';
const PAYMENTS = 'apps/gateway/src/payments';
/** Rules alone: what needs a database is judged by the planted bugs of test/plants. */
const RULES = [
  `${PAYMENTS}/{domain,kinds}/*.ts`,
  ...['decided', 'merchant-request-id', 'idempotency.service', 'look-outcome', 'plain-answer'].map(
    (name) => `${PAYMENTS}/engine/${name}.ts`,
  ),
];
/** Words alone, whose every change is seen by the compiler or by nobody. */
const NO_RULES = /(payment-error|failpoints|customer-texts)\.ts$/u;
const FILES = globSync(RULES).filter((file) => !file.endsWith('.spec.ts') && !NO_RULES.test(file));
const SPECS = globSync(`${PAYMENTS}/{domain,kinds,engine}/*.spec.ts`);
/** Trials at the same time. */
const LANES = 2;

interface Tried {
  readonly id: string;
  readonly operator: string;
  readonly caught: boolean;
}

/** The same mutant of the same text, whatever stands above it. */
const idOf = (source: string, { file, line, start, end, replacement }: Mutant): string =>
  `${file}:${line}: ${source.slice(start, end).replaceAll(/\s+/gu, ' ').slice(0, 60)} -> ${replacement.replaceAll(/\s+/gu, ' ').slice(0, 60)}`;

const importsOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)\.js'/gu)].map(([, name = '']) =>
    path.join(path.dirname(file), `${name}.ts`),
  );

/** Files that it loads, by whatever ways, of the core. */
function loadedBy(file: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const imported of importsOf(file).filter((one) => one.startsWith(PAYMENTS) && !seen.has(one))) {
    seen.add(imported);
    loadedBy(imported, seen);
  }
  return seen;
}

const LOADED = new Map(SPECS.map((spec) => [spec, loadedBy(spec)]));

/** Random histories take seconds where the others take a tenth of one. */
const isSlow = (spec: string): boolean => spec.endsWith('-histories.spec.ts');

/** Specs that load it, in whatever way: a rule is judged by who goes by it, too. The slow ones only see what the others do not. */
function specsOf(file: string): readonly (readonly string[])[] {
  const specs = SPECS.filter((spec) => LOADED.get(spec)?.has(file));
  return [specs.filter((spec) => !isSlow(spec)), specs.filter(isSlow)].filter((group) => group.length > 0);
}

function readTried(): Tried[] {
  if (values.fresh) return [];
  try {
    const { tried } = JSON.parse(readFileSync(`${REPORT}.json`, 'utf8')) as { tried: Tried[] };
    return values.again ? tried.filter(({ caught }) => caught) : tried;
  } catch {
    return [];
  }
}

function write(tried: readonly Tried[], all: number): void {
  const judged = tried.filter(({ id }) => EQUIVALENT[id] === undefined);
  const survivors = judged.filter((one) => !one.caught);
  const caught = judged.length - survivors.length;
  const score = judged.length === 0 ? 0 : (100 * caught) / judged.length;
  mkdirSync(path.dirname(REPORT), { recursive: true });
  writeFileSync(`${REPORT}.json`, `${JSON.stringify({ seed: Number(values.seed), all, tried }, undefined, 1)}\n`);
  const lines = survivors.map(({ id, operator }) => `- ${operator}: \`${id}\``);
  const same = tried.filter(({ id }) => EQUIVALENT[id] !== undefined);
  writeFileSync(
    `${REPORT}.md`,
    `# Mutants of the pure core

Written by \`npm run test:mutants\`, which goes on from here. Of ${all} mutants of \`payments/domain\` (money among it),
\`payments/kinds\` and the rules of \`payments/engine\` (idempotency among them), in an order drawn by seed ${values.seed},
${tried.length} were tried: ${caught} caught, ${survivors.length} survived, ${same.length} are the same program: score
**${score.toFixed(1)} %**. The unit specs that load the file are run. What of the engine needs a database is judged by the planted
bugs of \`test/plants\`.

## Survivors

${lines.join('\n')}

## The same program

${same.map(({ id }) => `- \`${id}\`: ${EQUIVALENT[id]}`).join('\n')}
`,
  );
  process.stdout.write(`${tried.length} of ${all} tried, ${caught} caught (${score.toFixed(1)} %)\n`);
}

async function run(): Promise<void> {
  const sources = new Map(FILES.map((file) => [file, readFileSync(file, 'utf8')]));
  const all = [...sources].flatMap(([file, text]) => mutantsOf(file, text));
  const chosen = new Dice(Number(values.seed)).shuffled(
    all.filter(({ file }) => new RegExp(values.only, 'u').test(file)),
  );
  const ids = new Set(all.map((mutant) => idOf(sources.get(mutant.file) ?? '', mutant)));
  const tried = readTried().filter(({ id }) => ids.has(id));
  const known = new Set(tried.map(({ id }) => id));
  const endAt = Date.now() + Number(values.minutes) * 60_000;
  const lane = async (): Promise<void> => {
    const tree = new CompiledTree(process.cwd(), SPECS);
    try {
      for (const spec of SPECS) if (await tree.fails([spec])) throw new Error(`${spec} fails without a mutant`);
      for (let mutant = chosen.shift(); mutant && Date.now() < endAt; mutant = chosen.shift()) {
        const source = sources.get(mutant.file) ?? '';
        const id = idOf(source, mutant);
        if (known.has(id)) continue;
        const caught = await tree.notices(mutant.file, mutated(source, mutant), specsOf(mutant.file));
        tried.push({ id, operator: mutant.operator, caught });
        if (!caught) process.stdout.write(`survived: ${id}\n`);
        if (tried.length % 20 === 0) write(tried, all.length);
      }
    } finally {
      tree.remove();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  write(tried, all.length);
}

if (values.help) process.stdout.write(`${USAGE}\n`);
else await run();
