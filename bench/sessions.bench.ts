import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type DataSource } from 'typeorm';
import { Pool } from 'undici';
import { AllianceClient, AllianceModule, CommunicationKey } from '#libs/alliance';
import { EnvelopeKeystore, generateLocalKeys, LocalKekProvider } from '#libs/keystore';
import { PgSessionStore } from '../apps/gateway/src/payments/bank-access/pg-session.store.js';
import { aMerchant, type DemoMerchant } from '../test/support/demo-merchant.js';
import { authorize } from './bank-session.js';
import { machine, numberText, print, type Row, spreadText, table } from './report.js';
import { interleave, type RoundPlan, spreadOf } from './rounds.js';
import { type SessionArena, startSessionArena } from './session-arena.js';

const PLAN: RoundPlan = { warmUps: 1, rounds: 5 };
const ROUND_MS = 4_000;
const PROCESSES = 2;
const CALLERS = 8;
/** Fewer than the six refusals an hour after which the gateway asks no more. */
const EXPIRIES = 4;

/** One try of one caller. @returns whether the order was opened */
type Caller = () => Promise<boolean>;

interface Side {
  callers(merchant: DemoMerchant): Promise<readonly Caller[]>;
  /** After each round. */
  close(): Promise<void>;
}

interface Round {
  readonly perSecond: number;
  readonly failed: number;
  readonly refused: number;
  readonly authorizes: number;
  /** Sessions that were alive when a newer one ended them. */
  readonly invalidated: number;
}

const order = (merchantRequestId: string) => ({
  ...{ merchantRequestId, coinAmount: 12_300, currencyCode: '980' as const, hppPayType: 'PURCHASE' as const },
  ...{ directType: 'REDIRECT' as const, statusPageType: 'STATUS_TIMER_PAGE' as const, language: 'uk' as const },
  ...{ successUrl: 'https://shop.example/return', failUrl: 'https://shop.example/return' },
  paymentMethods: ['CARD' as const],
  customerData: { senderCustomerId: 'customer-1' },
});

/** Each caller has a session of its own and, when it is refused, a new one: what a client without a store does. */
class NaiveSide implements Side {
  private readonly pool: Pool;

  constructor(private readonly bankUrl: string) {
    this.pool = new Pool(bankUrl, { connections: CALLERS });
  }

  callers(merchant: DemoMerchant): Promise<readonly Caller[]> {
    return Promise.all(Array.from({ length: CALLERS }, () => this.caller(merchant)));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async caller(merchant: DemoMerchant): Promise<Caller> {
    let session = await authorize(this.bankUrl, merchant);
    return async () => {
      const merchantRequestId = randomUUID();
      if (await this.send(merchant, merchantRequestId, session)) return true;
      session = await authorize(this.bankUrl, merchant);
      return this.send(merchant, merchantRequestId, session);
    };
  }

  private async send(
    { bank }: DemoMerchant,
    merchantRequestId: string,
    { deviceId, refreshToken }: Awaited<ReturnType<typeof authorize>>,
  ): Promise<boolean> {
    const { statusCode, body } = await this.pool.request({
      method: 'POST',
      path: '/ecom/execute_request/hpp/v1/create-order',
      headers: {
        ...{ 'x-api_version': 'V1', 'x-device_id': deviceId, 'x-refresh_token': refreshToken },
        'content-type': 'application/json',
      },
      body: JSON.stringify({ ...order(merchantRequestId), merchantId: bank.merchantId }),
    });
    return statusCode === 200 && (await body.text()).includes('redirectUrl');
  }
}

/** The same callers over `libs/alliance` with sessions in Postgres, in two contexts that share nothing else. */
class GatewaySide implements Side {
  private readonly keystore = new EnvelopeKeystore(LocalKekProvider.from(generateLocalKeys()));
  private contexts: readonly INestApplicationContext[] = [];

  constructor(
    private readonly bankUrl: string,
    private readonly databases: readonly DataSource[],
  ) {}

  async callers(merchant: DemoMerchant): Promise<readonly Caller[]> {
    const accountId = merchant.bank.merchantId;
    await this.databases[0]?.query(
      `INSERT INTO merchant_account (id, name, environment, base_url, bank_merchant_id, service_code_sealed,
                                     account_secret_sealed, version) VALUES ($1, 'Bench', 'test', $2, $1, '', '', 1)`,
      [accountId, this.bankUrl],
    );
    this.contexts = await Promise.all(this.databases.map((database) => this.open(merchant, database)));
    const clients = this.contexts.map((context) => context.get(AllianceClient));
    return Array.from({ length: CALLERS }, (_none, caller) => () => {
      const opened = clients[caller % PROCESSES]?.createHppOrder(accountId, order(randomUUID()));
      return Promise.resolve(opened).then(
        (answer) => answer?.redirectUrl !== undefined,
        () => false,
      );
    });
  }

  async close(): Promise<void> {
    for (const context of this.contexts) await context.close();
  }

  private async open({ bank, privateKey }: DemoMerchant, database: DataSource): Promise<INestApplicationContext> {
    const clientKey = await CommunicationKey.import(JSON.parse(privateKey));
    const { merchantId, serviceCode } = bank;
    const account = { id: merchantId, baseUrl: new URL(this.bankUrl), merchantId, serviceCode, clientKey };
    const sessions = new PgSessionStore(database, this.keystore);
    const accounts = { load: () => Promise.resolve(account) };
    return NestFactory.createApplicationContext(AllianceModule.forRoot({ accounts, sessions }), { logger: false });
  }
}

/** A merchant of its own for every round: renewals after refusals draw on a bucket of the account. */
async function measure({ bank }: SessionArena, side: Side): Promise<Round> {
  const merchant = aMerchant();
  await bank.addMerchant(merchant.bank);
  const { seq: mark = 0 } = (await bank.ledger()).at(-1) ?? {};
  const callers = await side.callers(merchant);
  const start = performance.now();
  let [calls, failed] = [0, 0];
  const loop = async (call: Caller): Promise<void> => {
    while (performance.now() - start < ROUND_MS) {
      calls += 1;
      if (!(await call())) failed += 1;
    }
  };
  await Promise.all([...callers.map(loop), expireOften(bank, merchant.bank.merchantId)]);
  const seconds = (performance.now() - start) / 1000;
  await side.close();
  const ledger = (await bank.ledger()).filter(({ seq }) => seq > mark);
  const orders = ledger.filter(({ kind }) => kind === 'order.created').length;
  if (orders !== calls - failed) throw new Error(`${calls - failed} calls worked, yet the bank has ${orders} orders`);
  const authorizes = ledger.filter(({ kind, ok }) => kind === 'authorize' && ok === true).length;
  const refused = ledger.filter(({ kind, httpStatus }) => kind === 'request' && httpStatus === 401).length;
  return { perSecond: calls / seconds, failed, refused, authorizes, invalidated: authorizes - 1 - EXPIRIES };
}

/** Not at the very end, so that each is followed by a call. */
async function expireOften(bank: SessionArena['bank'], merchantId: string): Promise<void> {
  for (let expiry = 0; expiry < EXPIRIES; expiry++) {
    await sleep(ROUND_MS / (EXPIRIES + 1));
    await bank.expireSessions(merchantId);
  }
}

function rowOf(side: string, rounds: readonly Round[]): Row {
  const of = (read: (round: Round) => number): string => spreadText(spreadOf(rounds.map(read)));
  return {
    side,
    'calls/s': of((round) => round.perSecond),
    'failed calls': of((round) => round.failed),
    'calls the bank refused': of((round) => round.refused),
    'authorize calls': of((round) => round.authorizes),
    'live sessions ended': of((round) => round.invalidated),
  };
}

async function main(): Promise<void> {
  const arena = await startSessionArena(PROCESSES);
  try {
    print(`create-order of one merchant account by ${CALLERS} callers. ${machine()}`);
    print(`Medians (min–max) of ${PLAN.rounds} alternating rounds of ${numberText(ROUND_MS)} ms after ${PLAN.warmUps}`);
    print(`warm-up; the bank lets the session expire ${EXPIRIES} times a round.\n`);
    const naive = new NaiveSide(arena.bankUrl);
    const gateway = new GatewaySide(arena.bankUrl, arena.databases);
    const { a, b } = await interleave(
      PLAN,
      () => measure(arena, gateway),
      () => measure(arena, naive),
    );
    print(table([rowOf('libs/alliance', a), rowOf('each for itself', b)]));
  } finally {
    await arena.stop();
  }
}

await main();
