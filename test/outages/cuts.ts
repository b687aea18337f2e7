import { setTimeout as sleep } from 'node:timers/promises';
import { type Replica } from '../chaos/cluster.js';
import { type Dice } from '../chaos/random.js';
import { type Cut } from '../support/postgres-proxy.js';
import { type Books, tradeThrough } from './trading.js';

export interface CutsReport extends Books {
  readonly cuts: number;
  /** Of them, around a COMMIT: before it arrived, before its answer arrived, and after that. */
  readonly ofCommits: number;
  /** By the message after which the connection was cut. */
  readonly after: Readonly<Record<string, number>>;
}

export interface CutOptions {
  readonly count: number;
  readonly dice: Dice;
}

/** Messages of the whole proxy that pass before one is the last. */
const MESSAGES = 40;
/** Milliseconds until a boundary that nobody comes by is given up, and between two cuts of a gateway, at most. */
const PATIENCE_MS = 2_000;
const PAUSE_MS = 600;
/** The rest are cut wherever it comes. */
const AIMED_AT_COMMITS = 0.3;

/** Source: postgresql.org/docs, "Message Formats". */
const NAMES: Readonly<Record<Cut['direction'], Readonly<Record<string, string>>>> = {
  question: {
    '': 'startup',
    Q: 'Query',
    P: 'Parse',
    B: 'Bind',
    D: 'Describe',
    E: 'Execute',
    S: 'Sync',
    X: 'Terminate',
    p: 'password',
  },
  answer: {
    ...{ 1: 'ParseComplete', 2: 'BindComplete', T: 'RowDescription', D: 'DataRow', C: 'CommandComplete' },
    ...{ Z: 'ReadyForQuery', n: 'NoData', E: 'ErrorResponse', S: 'ParameterStatus', R: 'Authentication' },
    ...{ K: 'BackendKeyData', A: 'NotificationResponse', N: 'NoticeResponse', t: 'ParameterDescription' },
  },
};

/** Connections between gateways and the database end after any message of the protocol, either way. */
export async function databaseCuts({ count, dice }: CutOptions): Promise<CutsReport> {
  const after: Record<string, number> = {};
  let [cuts, ofCommits] = [0, 0];
  const note = (what: string, isCommit: boolean): void => {
    after[what] = (after[what] ?? 0) + 1;
    cuts += 1;
    ofCommits += Number(isCommit);
    if (cuts % 100 === 0) process.stdout.write(`${cuts} of ${count} cuts\n`);
  };
  const books = await tradeThrough({
    ...{ dice, gateways: 3, merchants: 8 },
    disturb: async ({ cluster }) => {
      const cut = async (replica: Replica): Promise<void> => {
        while (cuts < count) {
          if (dice.happens(AIMED_AT_COMMITS)) await cutCommit(replica, dice, note);
          else await cutAnywhere(replica, dice, note);
          await sleep(dice.below(PAUSE_MS));
        }
      };
      await Promise.all(cluster.replicas.map(cut));
    },
  });
  return { ...books, cuts, ofCommits, after };
}

type Note = (what: string, isCommit: boolean) => void;

async function cutCommit({ proxy }: Replica, dice: Dice, note: Note): Promise<void> {
  const when = dice.oneOf(['before', 'after'] as const);
  const trap = proxy.trap({ statement: 'COMMIT', when, action: 'cut' });
  await Promise.race([trap.sprung, sleep(PATIENCE_MS)]);
  if (trap.hasSprung()) note(when === 'before' ? 'COMMIT, before it arrived' : 'COMMIT, done, before its answer', true);
}

async function cutAnywhere({ proxy }: Replica, dice: Dice, note: Note): Promise<void> {
  const direction = dice.oneOf(['question', 'answer'] as const);
  const cut = await Promise.race([
    proxy.cutAt({ direction, after: dice.below(MESSAGES) }),
    sleep(PATIENCE_MS, undefined),
  ]);
  if (!cut) return;
  const name = NAMES[direction][cut.type] ?? cut.type;
  note(`${direction === 'question' ? 'sent' : 'answered'}: ${name}`, cut.sql.startsWith('COMMIT'));
}
