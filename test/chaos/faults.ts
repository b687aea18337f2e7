import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault } from '../support/bank-control.js';
import { type Replica } from './cluster.js';
import { type Dice } from './random.js';
import { count, type Toll } from './toll.js';
import { type World } from './world.js';

type OnReplica = (replica: Replica, toll: Toll) => Promise<void>;

/** Milliseconds for what was done to fire, and for how long it lasts. */
const A_WHILE_MS = 1_000;
/** Milliseconds that a wall clock is set forward or back. */
const CLOCK_STEP_MS = 3_600_000;

/** Milliseconds. A renewal that a refusal caused takes a token of five, and one comes back every 10 s. */
const SESSION_MS = 8_000;

const CUT_AT = [
  'COMMIT',
  'UPDATE operation',
  'INSERT INTO operation',
  'UPDATE payment',
  'webhook_delivery',
  'callback_inbox',
];

const cut =
  (when: 'before' | 'after'): OnReplica =>
  async ({ proxy }, toll) => {
    const traps = CUT_AT.map((statement) => ({ statement, trap: proxy.trap({ statement, when, action: 'cut' }) }));
    await Promise.race([...traps.map(({ trap }) => trap.sprung), sleep(A_WHILE_MS)]);
    for (const { statement, trap } of traps)
      if (trap.hasSprung()) count(toll.faults, `database cut ${when} ${statement}`);
  };

/** Of one gateway's way to the database. */
export const DATABASE_FAULTS: readonly OnReplica[] = [
  cut('before'),
  cut('after'),
  async ({ proxy }, toll) => {
    const silence = proxy.fallSilent();
    await sleep(A_WHILE_MS);
    silence.end();
    if (silence.swallowedBytes() > 0) count(toll.faults, 'database silent');
  },
];

/** Of the process itself; those that end leave it alive. */
export const PROCESS_FAULTS = {
  none: () => Promise.resolve(),
  pause: async ({ process }: Replica, toll: Toll) => {
    process.signal('SIGSTOP');
    await sleep(A_WHILE_MS);
    process.signal('SIGCONT');
    count(toll.faults, 'process stopped and continued');
    await sleep(200);
  },
  clockStep: async ({ process }: Replica, toll: Toll) => {
    for (const clockOffMs of [CLOCK_STEP_MS, -CLOCK_STEP_MS]) {
      process.tell({ clockOffMs });
      await sleep(A_WHILE_MS / 2);
      if (process.logs().includes(`clock off ${clockOffMs}\n`)) count(toll.faults, 'clock step');
    }
  },
} as const satisfies Readonly<Record<string, OnReplica>>;

const BANK_FAULTS: readonly Fault[] = [
  { kind: 'timeout_before', path: 'create-order' },
  { kind: 'timeout_after', path: 'create-order' },
  { kind: 'reset_before', path: 'create-order' },
  { kind: 'reset_after', path: 'create-order' },
  { kind: 'timeout_after', path: 'refund' },
  { kind: 'reset_after', path: 'refund' },
  { kind: 'timeout_after', path: 'completion' },
  { kind: 'reset_after', path: 'completion' },
  { kind: 'html_200', path: 'operations' },
  { kind: 'truncated_jwe' },
  { kind: 'truncated_json' },
  { kind: 'slow', delayMs: 700 },
  { kind: 'slow_answer', delayMs: 700 },
  { kind: 'http_error', httpStatus: 502 },
];

/** The bank lies, hangs and breaks off, sessions end, the merchant's webhook refuses, one thing after the other. */
export class Faults {
  private sessionsUntil = 0;

  constructor(
    private readonly world: World,
    private readonly toll: Toll,
    private readonly dice: Dice,
    /** Milliseconds between two. */
    private readonly everyMs: number,
  ) {}

  async add(fault: Fault): Promise<void> {
    await this.world.stack.bank.addFault(fault);
  }

  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await sleep(this.everyMs);
      await this.world.endSessionLease();
      const choice = this.dice.next();
      if (choice < 0.8) await this.add({ ...this.dice.oneOf(BANK_FAULTS), times: 1 });
      else if (choice < 0.9) await this.endSessions();
      else await this.refuse();
    }
    for (const { kind, fired } of await this.world.stack.bank.faults()) count(this.toll.faults, `bank ${kind}`, fired);
    await this.world.stack.bank.clearFaults();
  }

  /** Not more often than renewals are paced: otherwise all that is tried is waiting. */
  async endSessions(): Promise<void> {
    if (Date.now() < this.sessionsUntil) return;
    this.sessionsUntil = Date.now() + SESSION_MS;
    await this.world.stack.bank.expireSessions();
    count(this.toll.faults, 'bank sessions ended');
  }

  /** Until the next fault. */
  private async refuse(): Promise<void> {
    const { receiver } = this.world;
    const usual = receiver.answer;
    receiver.answer = (response) => {
      count(this.toll.faults, 'webhook answered 500');
      response.writeHead(500).end();
    };
    await sleep(this.everyMs);
    receiver.answer = usual;
  }
}
