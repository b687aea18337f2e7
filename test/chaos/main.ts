import { parseArgs } from 'node:util';
import { startServer } from '../plants/test-server.js';
import { buildNursery } from './nursery/nursery.js';
import { addEpoch, beginRun, readReport, writeReport } from './report.js';
import { runEpoch } from './run-epoch.js';
import { killsOf, newToll } from './toll.js';

const USAGE = `npm run test:chaos -- [--minutes N] [--seed N] [--kills N] [--report FILE] [--fresh] [--plain]
  Kills gateways in every moment that has a name and in others, with a bank, a database and clocks that fail, and compares
  the books of all sides when the world is well again. Adds to the report; a violation ends it with 1.
  --minutes  begins no new epoch after that (default 30)   --kills   of an epoch (default 150)
  --seed     of its choices (default 1)                    --report  default docs/evidence/chaos
  --fresh    forgets what the report has                   --plain   starts each gateway, and copies none: ten times slower`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '150' },
    report: { type: 'string', default: 'docs/evidence/chaos' },
    fresh: { type: 'boolean', default: false },
    plain: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function campaign(): Promise<boolean> {
  const server = await startServer([{ noticedBy: ['test/'] }]);
  process.env['TEST_DATABASE_URL'] ??= server?.url;
  const report = readReport(values.report, { isFresh: values.fresh });
  const whyNot = values.plain ? 'as was asked for' : buildNursery();
  if (whyNot) process.stdout.write(`each gateway is started: ${whyNot}\n`);
  const run = beginRun(report, { seed: Number(values.seed), replicas: whyNot ? 'started' : 'forked' });
  const endAt = Date.now() + Number(values.minutes) * 60_000;
  try {
    while (Date.now() < endAt) {
      const startedAt = Date.now();
      const toll = newToll();
      const seed = run.seed + run.epochs + run.aborted;
      const { killsAt: earlier } = report.toll;
      await runEpoch({ toll, seed, earlier, kills: Number(values.kills), isForking: !whyNot }).then(
        () => {
          addEpoch(report, run, toll);
        },
        (error: unknown) => {
          run.aborted += 1;
          process.stderr.write(`epoch given up: ${String(error)}\n`);
        },
      );
      run.seconds += Math.round((Date.now() - startedAt) / 1_000);
      writeReport(values.report, report);
      process.stdout.write(`epoch ${run.epochs}: ${run.kills} kills, ${run.violations} violations; `);
      process.stdout.write(`in all ${killsOf(report.toll)} kills\n`);
    }
  } finally {
    await server?.stop();
  }
  return report.toll.violations.length === 0;
}

if (values.help) process.stdout.write(`${USAGE}\n`);
else process.exitCode = (await campaign()) ? 0 : 1;
