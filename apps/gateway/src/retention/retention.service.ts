import { Injectable, Logger } from '@nestjs/common';
import {
  DATA_NAMES,
  type DataName,
  EVERYBODY,
  isTooShort,
  KEPT_DATA,
  keepDaysOf,
  LEGAL_MINIMUM_DAYS,
} from './domain/kept-data.js';
import { type RetentionRule } from './domain/kept-data.js';
import { RetentionError } from './retention-error.js';
import { cutOf, KEPT_TABLES, type KeptTable } from './store/kept-tables.js';
import { type Limit, RetentionRepository, rowsAtOnce } from './store/retention.repository.js';

/** What goes of one table of one account. */
export interface RetentionLine {
  readonly data: DataName;
  readonly table: string;
  readonly accountId: string;
  /** Null: for good. */
  readonly keepDays: number | null;
  /** Rows that are too old and that nobody needs. */
  readonly rows: number;
  /** The oldest of them; left out where they went with their month. */
  readonly oldest?: string;
}

export interface RetentionReport {
  readonly dryRun: boolean;
  readonly lines: readonly RetentionLine[];
}

/** How long one kind of data is kept. */
export interface RuleView extends RetentionRule {
  readonly what: string;
  readonly isDefault: boolean;
}

/** Longer than any of its statements takes. */
const LEASE_SECONDS = 900;

/** A run, and what it shows that it still has the turn by. */
interface Turn {
  readonly epoch: number;
  readonly rules: readonly RetentionRule[];
  readonly accounts: readonly string[];
}

/** Deletes what is too old, and says what it is. */
@Injectable()
export class RetentionService {
  private readonly logger = new Logger(RetentionService.name);

  constructor(private readonly kept: RetentionRepository) {}

  async rules(): Promise<RuleView[]> {
    const rules = await this.kept.rules();
    return DATA_NAMES.flatMap((data) => {
      const { what, keepDays } = KEPT_DATA[data];
      const own = rules.filter((rule) => rule.data === data).map((rule) => ({ ...rule, what, isDefault: false }));
      if (own.some(({ accountId }) => accountId === EVERYBODY)) return own;
      return [{ accountId: EVERYBODY, data, keepDays, belowMinimum: null, what, isDefault: true }, ...own];
    });
  }

  /** @throws RetentionError `RETENTION_DATA_UNKNOWN` | `RETENTION_TOO_SHORT` */
  async setRule(rule: RetentionRule): Promise<RetentionRule> {
    const { data, keepDays, belowMinimum } = rule;
    if (!Object.hasOwn(KEPT_DATA, data)) {
      throw new RetentionError('RETENTION_DATA_UNKNOWN', `there is no data "${data}": ${DATA_NAMES.join(', ')}`);
    }
    if (isTooShort(data, keepDays) && belowMinimum === null) {
      throw new RetentionError(
        'RETENTION_TOO_SHORT',
        `${data} belong to the books, which Ukrainian law wants kept for at least ${LEGAL_MINIMUM_DAYS} days, not ${keepDays}`,
      );
    }
    await this.kept.setRule(rule);
    return rule;
  }

  /** What a run would delete now. */
  async plan(): Promise<RetentionReport> {
    const [rules, accounts] = await Promise.all([this.kept.rules(), this.kept.accountIds()]);
    const lines: RetentionLine[] = [];
    for (const table of KEPT_TABLES) {
      for (const accountId of ownersOf(table, accounts)) lines.push(await this.planOne(table, accountId, rules));
    }
    return { dryRun: true, lines };
  }

  /** @throws RetentionError `RETENTION_RUNS` */
  async run(): Promise<RetentionReport> {
    const report = await this.runIf(false);
    if (report) return report;
    throw new RetentionError('RETENTION_RUNS', 'somebody else is deleting what is old at this moment');
  }

  /** @returns undefined where it is not due, or somebody else does it */
  runIfDue(): Promise<RetentionReport | undefined> {
    return this.runIf(true);
  }

  private async runIf(onlyIfDue: boolean): Promise<RetentionReport | undefined> {
    const epoch = await this.kept.takeTurn(onlyIfDue, LEASE_SECONDS);
    if (epoch === undefined) return undefined;
    let isDone = false;
    try {
      const [rules, accounts] = [await this.kept.rules(), await this.kept.accountIds()];
      await this.kept.dropCallbacksOfErased();
      const lines: RetentionLine[] = [];
      for (const table of KEPT_TABLES) lines.push(...(await this.runTable(table, { epoch, rules, accounts })));
      isDone = true;
      return { dryRun: false, lines };
    } finally {
      await this.kept.endTurn(epoch, isDone);
    }
  }

  private async planOne(table: KeptTable, accountId: string, rules: readonly RetentionRule[]): Promise<RetentionLine> {
    const keepDays = keepDaysOf(table.data, accountId, rules);
    const line = { data: table.data, table: table.table, accountId, keepDays };
    if (keepDays === null) return { ...line, rows: 0 };
    const { rows, oldest } = await this.kept.count(table, { accountId, keepDays });
    return { ...line, rows, ...(oldest === null ? {} : { oldest: oldest.toISOString() }) };
  }

  private async runTable(table: KeptTable, turn: Turn): Promise<RetentionLine[]> {
    const owners = ownersOf(table, turn.accounts);
    const days = new Map(owners.map((accountId) => [accountId, keepDaysOf(table.data, accountId, turn.rules)]));
    const limits = [...days].flatMap(([accountId, keepDays]) => (keepDays === null ? [] : [{ accountId, keepDays }]));
    const gone = new Map<string, number>();
    const count = (accountId: string, rows: number) => gone.set(accountId, (gone.get(accountId) ?? 0) + rows);
    for (const [accountId, rows] of await this.dropMonths(table, limits, turn)) count(accountId, rows);
    for (const limit of limits) count(limit.accountId, await this.deleteOld(table, limit, turn));
    const { data } = table;
    return owners.map((accountId) => {
      const rows = gone.get(accountId) ?? 0;
      if (rows > 0) this.logger.log({ msg: 'deleted what is old', data, table: table.table, accountId, rows });
      return { data, table: table.table, accountId, keepDays: days.get(accountId) ?? null, rows };
    });
  }

  /** Whole months of which nothing is kept. @returns rows by account */
  private async dropMonths(table: KeptTable, limits: readonly Limit[], turn: Turn): Promise<[string, number][]> {
    const cut = cutOf(table);
    if (!cut || limits.length === 0) return [];
    const gone: [string, number][] = [];
    for (const month of await this.kept.pastMonths(cut)) {
      const rows = await this.kept.rowsIfAllGo(table, month, limits);
      if (rows === undefined) continue;
      if (!(await this.hasTurn(turn))) break;
      if (await this.kept.dropMonth(month)) gone.push(...rows);
    }
    return gone;
  }

  private async deleteOld(table: KeptTable, limit: Limit, turn: Turn): Promise<number> {
    let gone = 0;
    for (;;) {
      const keys = await this.kept.find(table, limit);
      let now = 0;
      for (let at = 0; at < keys.length; at += rowsAtOnce(table)) {
        if (!(await this.hasTurn(turn))) return gone + now;
        now += await this.kept.delete(table, limit, keys.slice(at, at + rowsAtOnce(table)));
      }
      gone += now;
      if (now === 0) return gone; // what is left is in use
    }
  }

  private hasTurn({ epoch }: Turn): Promise<boolean> {
    return this.kept.extendTurn(epoch, LEASE_SECONDS);
  }
}

/** What operators did to the installation belongs to no account. */
const ownersOf = ({ data }: KeptTable, accounts: readonly string[]): readonly string[] =>
  data === 'audit' ? [EVERYBODY, ...accounts] : accounts;
