import { writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import {
  type Break as Planted,
  BREAKS,
  plantBreaks,
  type PlantedBreak,
} from '../../apps/simulator/src/registers/planted.js';
import { registerFile } from '../../apps/simulator/src/registers/register-file.js';
import { registerDate, type RegisterRow, SUCCESSFUL } from '../../apps/simulator/src/registers/register-row.js';
import { isFullSize } from '../support/full-size.js';
import { type BooksParts, startBooks } from './books-parts.js';
import { BANK_MERCHANT_ID } from './fake-payment-bank.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';

/** Operations of one day in Kyiv, every tenth of them a refund; and breaks of each type. */
const OPERATIONS = isFullSize ? 100_000 : 2_000;
const OF_EACH = isFullSize ? 500 : 10;
const MIDNIGHT = Date.parse('2026-11-20T00:00:00+02:00');
const DAY = '2026-11-20';
const STEP_MS = 800;
const REFUNDED = 300;
/** The whole register is never in memory: what an import may add to it, for lines of 250 bytes. */
const MOST_MEMORY_MB = 200;

let database: MigratedDatabase;
let parts: BooksParts;

beforeAll(async () => {
  database = await createMigratedDatabase();
  parts = await startBooks(database);
  await bookDay();
}, 300_000);
afterAll(() => database.drop());

const bankId = (number: number): string => `1736886197752${String(number).padStart(11, '0')}`;
const isRefund = (number: number): boolean => number % 10 === 9;
const amountOf = (number: number): number => (isRefund(number) ? REFUNDED : 1_000 + (number % 5_000));

/** Payments and refunds as the bank has proven them, written at once. A refund gives back part of the payment before it. */
async function bookDay(): Promise<void> {
  await database.query(
    `INSERT INTO payment (merchant_account_id, id, kind, method, status, amount, currency, amount_authorized,
       amount_captured, amount_refunded, livemode, expires_in_minutes, receipt, ended_at)
     SELECT $1, 'pay_' || lpad(to_hex(n), 32, '0'), 'purchase', 'hosted_page', 'succeeded', 1000 + n % 5000, 'UAH',
       1000 + n % 5000, 1000 + n % 5000, CASE n % 10 WHEN 8 THEN $3::int ELSE 0 END, false, 60,
       jsonb_build_object('fee', 15, 'bankOperationId', '1736886197752' || lpad(n::text, 11, '0'),
         'rrn', lpad(n::text, 12, '0'), 'paidAt', to_timestamp($4::float8 / 1000 + n * $5::float8 / 1000)), now()
     FROM generate_series(0, $2::int - 1) n WHERE n % 10 <> 9`,
    [parts.accountId, OPERATIONS, REFUNDED, MIDNIGHT, STEP_MS],
  );
  await database.query(
    `INSERT INTO operation (merchant_account_id, id, subject_id, parent_id, kind, step, protocol, bank_merchant_id, status,
       amount, currency, merchant_request_id, bank_operation_id, evidence, sent_at, deadline_at, created_at)
     SELECT $1, CASE n % 10 WHEN 9 THEN 'ref_' ELSE 'op_' END || lpad(to_hex(n), 32, '0'),
       'pay_' || lpad(to_hex(CASE n % 10 WHEN 9 THEN n - 1 ELSE n END), 32, '0'),
       CASE n % 10 WHEN 9 THEN 'op_' || lpad(to_hex(n - 1), 32, '0') END,
       CASE n % 10 WHEN 9 THEN 'refund' ELSE 'purchase' END,
       CASE n % 10 WHEN 9 THEN 'give_back' ELSE 'order_purchase' END, '1.0', $2, 'succeeded',
       CASE n % 10 WHEN 9 THEN $4::int ELSE 1000 + n % 5000 END, 'UAH', 'request-' || n, '1736886197752' || lpad(n::text, 11, '0'),
       jsonb_build_object('rrn', lpad(n::text, 12, '0'), 'operationId', '1736886197752' || lpad(n::text, 11, '0'),
         'processedAt', to_timestamp($5::float8 / 1000 + n * $6::float8 / 1000)),
       now(), now(), to_timestamp($5::float8 / 1000 + n * $6::float8 / 1000)
     FROM generate_series(0, $3::int - 1) n`,
    [parts.accountId, BANK_MERCHANT_ID, OPERATIONS, REFUNDED, MIDNIGHT, STEP_MS],
  );
}

const rowOf = (number: number): RegisterRow => ({
  merchantAliasId: 'AE100003',
  pgiReference: `XAPI/${number}`,
  processingDateTime: registerDate(MIDNIGHT + number * STEP_MS),
  coinAmount: String(isRefund(number) ? -amountOf(number) : amountOf(number)),
  merchantCommission: isRefund(number) ? '' : '15',
  paymentSystem: 'VISA',
  cardNumberMask: '411111######1111',
  approvalCode: '',
  rrn: String(number).padStart(12, '0'),
  status: SUCCESSFUL,
  currency: '980',
  STAN: '',
  operationId: bankId(number),
  merchantComment: '',
  purpose: 'Мед, липовий',
});

interface Score {
  readonly type: Planted;
  readonly planted: number;
  readonly found: number;
  readonly right: number;
}

async function scoresOf(planted: readonly PlantedBreak[]): Promise<Score[]> {
  const breaks = await database.query<{ type: string; bankId: string }>(
    `SELECT type, bank_operation_id AS "bankId" FROM reconciliation_break WHERE status = 'open'`,
  );
  return BREAKS.map((type) => {
    const there = new Set(planted.filter((one) => one.type === type).map(({ operationId }) => operationId));
    const found = breaks.filter((one) => one.type === type);
    return {
      type,
      planted: there.size,
      found: found.length,
      right: found.filter(({ bankId: id }) => there.has(id)).length,
    };
  });
}

async function* pieces(file: Buffer): AsyncGenerator<Uint8Array> {
  for await (const piece of Readable.from([file])) {
    const bytes = piece as Buffer;
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  }
}

it.each([
  { encoding: 'windows-1251', separator: ';', damaged: true },
  { encoding: 'utf-8', separator: ',', damaged: false },
] as const)(
  'finds every planted break and nothing else, in $encoding',
  async (form) => {
    const counts = Object.fromEntries(BREAKS.map((type) => [type, OF_EACH]));
    const rows = Array.from({ length: OPERATIONS }, (_, number) => rowOf(number));
    const { rows: spoiled, planted } = plantBreaks(rows, counts);
    const file = registerFile(spoiled, form);
    const before = process.memoryUsage().rss;
    const started = performance.now();
    const taken = await parts.registers.import(parts.accountId, pieces(file), { amountsIn: 'kopiyky', adds: false });
    const seconds = (performance.now() - started) / 1_000;
    const grownMb = (process.memoryUsage().rss - before) / 1_048_576;
    const scores = await scoresOf(planted);
    if (isFullSize) publish({ form, scores, seconds, megabytes: file.length / 1_048_576 });
    expect(taken).toMatchObject({ badLines: 0, from: DAY, to: DAY });
    for (const { type, found, right, planted: there } of scores)
      expect([type, found, right]).toEqual([type, there, there]);
    expect(grownMb).toBeLessThan(MOST_MEMORY_MB);
  },
  300_000,
);

const published: string[] = [];

/** The figures of a long run, for whoever wants to know how good the comparison is. */
function publish(run: {
  readonly form: { readonly encoding: string; readonly separator: string; readonly damaged: boolean };
  readonly scores: readonly Score[];
  readonly seconds: number;
  readonly megabytes: number;
}): void {
  const { form, scores, seconds, megabytes } = run;
  const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)} %`;
  published.push(
    `## ${form.encoding}, separator "${form.separator}"${form.damaged ? ', RRNs rounded as by a spreadsheet' : ''}`,
    `${OPERATIONS} operations, ${megabytes.toFixed(1)} MB, taken in and compared in ${seconds.toFixed(0)} s.`,
    ['| Type | Planted | Found | Precision | Recall |', '| --- | --- | --- | --- | --- |']
      .concat(
        scores.map(
          ({ type, planted, found, right }) =>
            `| \`${type}\` | ${planted} | ${found} | ${percent(right, found)} | ${percent(right, planted)} |`,
        ),
      )
      .join('\n'),
  );
  const head =
    '# How good the comparison with registers is\n\nWritten by `TEST_SIZE=full npm test -- --selectProjects integration --testPathPatterns register-precision`: a day of operations, of which every tenth is a refund, a register of it with planted breaks, and what an import found. Precision: how many of the breaks found were planted; recall: how many of the planted ones were found.';
  writeFileSync('docs/evidence/registers.md', `${[head, ...published].join('\n\n')}\n`);
}
