import { parseArgs } from 'node:util';
import { startServer } from '../plants/test-server.js';
import { readReport, writeReport } from './report.js';
import { runEpoch } from './run-epoch.js';
import { killsOf } from './toll.js';

const USAGE = `npm run test:chaos -- [--minutes N] [--seed N] [--kills N] [--report FILE] [--fresh]
  Kills gateways in every moment that has a name and in others, with a bank, a database and clocks that fail, and compares
  the books of all sides when the world is well again. Goes on where the report ends; a violation ends it with 1.
  --minutes  begins no new epoch after that (default 30)   --kills   of an epoch (default 60)
  --seed     of its choices (default 1)                    --report  default docs/evidence/chaos
  --fresh    forgets what the report has`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '60' },
    report: { type: 'string', default: 'docs/evidence/chaos' },
    fresh: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function campaign(): Promise<boolean> {
  const server = await startServer([{ noticedBy: ['test/'] }]);
  process.env['TEST_DATABASE_URL'] ??= server?.url;
  const report = readReport(values.report, { seed: Number(values.seed), isFresh: values.fresh });
  const endAt = Date.now() + Number(values.minutes) * 60_000;
  try {
    while (Date.now() < endAt) {
      const startedAt = Date.now();
      const { toll, seed } = report;
      await runEpoch({ toll, seed: seed + toll.epochs, kills: Number(values.kills) }).catch((error: unknown) => {
        report.aborted += 1;
        process.stderr.write(`epoch given up: ${String(error)}\n`);
      });
      report.seconds += Math.round((Date.now() - startedAt) / 1_000);
      writeReport(values.report, report);
      process.stdout.write(`epoch ${toll.epochs}: ${killsOf(toll)} kills, ${toll.violations.length} violations\n`);
    }
  } finally {
    await server?.stop();
  }
  return report.toll.violations.length === 0;
}

if (values.help) process.stdout.write(`${USAGE}\n`);
else process.exitCode = (await campaign()) ? 0 : 1;
