import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Dice } from '../chaos/random.js';
import { startServer } from '../plants/test-server.js';
import { databaseCuts } from './cuts.js';
import { asynchronousFailOvers, synchronousFailOvers } from './fail-overs.js';
import { cutsText, failOversText } from './report.js';

const USAGE = `npm run test:failover -- [--count N] [--asynchronous N] [--seed N]
  Kills the primary of two Postgres servers again and again while payments are made, with COMMITs that wait for the
  standby and with such that do not.
npm run test:cuts -- [--count N] [--seed N]
  Cuts connections to the database after messages of its protocol, COMMIT included, while payments are made.
Both compare the books when all is well again, and write docs/evidence/. A violation ends them with 1.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string' },
    asynchronous: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();

function write(name: string, report: object, text: string): void {
  writeFileSync(`docs/evidence/${name}.json`, `${JSON.stringify({ seed, commit, ...report }, undefined, 2)}\n`);
  writeFileSync(`docs/evidence/${name}.md`, text);
}

async function failOver(): Promise<boolean> {
  const count = Number(values.count ?? '20');
  const synchronous = await synchronousFailOvers({ count, dice: new Dice(seed) });
  const asynchronous = await asynchronousFailOvers({ count: Number(values.asynchronous), dice: new Dice(seed) });
  write('fail-overs', { synchronous, asynchronous }, failOversText({ seed, commit, synchronous, asynchronous }));
  return synchronous.lost === 0 && synchronous.violations.length === 0;
}

async function cut(): Promise<boolean> {
  const server = await startServer([{ noticedBy: ['test/'] }]);
  process.env['TEST_DATABASE_URL'] ??= server?.url;
  try {
    const report = await databaseCuts({ count: Number(values.count ?? '1000'), dice: new Dice(seed) });
    write('cuts', report, cutsText({ seed, commit, ...report }));
    return report.lost === 0 && report.violations.length === 0;
  } finally {
    await server?.stop();
  }
}

if (values.help) process.stdout.write(`${USAGE}\n`);
else process.exitCode = (await (positionals[0] === 'cuts' ? cut() : failOver())) ? 0 : 1;
