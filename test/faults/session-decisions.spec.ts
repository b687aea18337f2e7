import { setTimeout as sleep } from 'node:timers/promises';
import { type GatewayClient } from '../support/gateway-client.js';
import { type Replica, Replicas, type ShopAccount, shopOf } from '../support/replicas.js';
import { PUBLISH } from './renewal-statements.js';

const ORDER = 'create-order';
const AUTHORIZE = 'authorize_virtual_device';

const AGED_BUCKET = `tokens_counted_at = tokens_counted_at - interval '10 s'`;

/** The rows of docs: "Session renewal", what is seen and what is done. */
const CURABLE = [
  'b_expired_token',
  'b_used_token',
  'b_session_doesnt_exist',
  'b_session_doesnt_exists',
  'b_previous_auth_token_expired',
  'b_unknown_device',
  'b_auth_token_expired',
  'b_refresh_token_absent',
  'b_virtual_device_not_found',
  'b_encryptor_failed_decrypt_message',
];

describe('a refused session', () => {
  let replicas: Replicas;
  let replica: Replica;
  let account: ShopAccount;
  let shop: GatewayClient;

  beforeAll(async () => {
    replicas = await Replicas.start(2);
    replica = replicas.first;
  }, 60_000);
  beforeEach(async () => {
    account = await replicas.addAccount();
    shop = shopOf(replica, account);
    expect((await shop.createPayment()).status).toBe(201);
  });
  afterEach(() => replicas.stack.bank.clearFaults());
  afterAll(() => replicas.stop());

  const refuse = (msgCode: string, times = 1, path = ORDER): Promise<string> =>
    replicas.stack.bank.addFault({ kind: 'error', msgCode, path, times });
  const expectFired = async (id: string, times = 1): Promise<void> => {
    const fault = (await replicas.stack.bank.faults()).find((one) => one.id === id);
    expect(fault?.fired).toBe(times);
  };
  const orderRequests = async (): Promise<number> =>
    (await replicas.stack.bank.ledger({ kind: 'request', path: ORDER })).length;
  const authorizes = (): Promise<number> => replicas.authorizesOf(account.bank);
  const line = () => replica.ops.session(account.id);

  /** Lets somebody else take the session away at the bank. */
  async function authorizeAsStranger(): Promise<void> {
    const response = await fetch(`${replicas.stack.simulatorUrl}/api-gateway/${AUTHORIZE}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api_version': 'V1' },
      body: JSON.stringify({ serviceCode: account.bank.serviceCode }),
    });
    expect(response.status).toBe(200);
  }

  it.each(CURABLE)('%s on the current one: renewed once, replayed once', async (code) => {
    const fault = await refuse(code);
    const before = await orderRequests();
    expect((await shop.createPayment()).status).toBe(201);
    await expectFired(fault);
    expect(await orderRequests()).toBe(before + 2);
    expect(await replicas.evidence(account)).toMatchObject({ authorizes: 2, version: 2, renewed: 2 });
    expect(await line()).toMatchObject({ reactiveRenewalsLastHour: 1, alarm: null });
  });

  it.each(CURABLE)('%s on one that another replica replaced: replayed once, not renewed', async (code) => {
    const other = replicas.all[1]!;
    expect(await other.ops.renew(account.id)).toMatchObject({ status: 200, body: { version: 2 } });
    const fault = await refuse(code);
    const before = await orderRequests();
    expect((await shop.createPayment()).status).toBe(201);
    await expectFired(fault);
    expect(await orderRequests()).toBe(before + 2);
    expect(await replicas.evidence(account)).toMatchObject({ authorizes: 2, version: 2, renewed: 2 });
  });

  it('a merchant that does not fit is a wrong configuration: neither renewed nor replayed', async () => {
    const fault = await refuse('b_user_merchant_request_mismatch');
    const before = await orderRequests();
    const { body } = await shop.createPayment();
    await expectFired(fault);
    expect(body.status).toBe('failed');
    expect(await orderRequests()).toBe(before + 1);
    expect(await authorizes()).toBe(1);
  });

  it.each([2, 3])('refused %i times: replayed under ever newer sessions until it is taken', async (times) => {
    const fault = await refuse('b_session_doesnt_exist', times);
    const before = await orderRequests();
    expect((await shop.createPayment()).status).toBe(201);
    await expectFired(fault, times);
    expect(await orderRequests()).toBe(before + times + 1);
    expect(await authorizes()).toBe(times + 1);
  });

  it('refused four times: not sent, no fifth try, and the next session brings it to its end', async () => {
    const fault = await refuse('b_session_doesnt_exist', 4);
    const { status, body } = await shop.createPayment();
    await expectFired(fault, 4);
    expect(status).toBe(202); // a fifth would have been taken
    expect(await authorizes()).toBe(4);
    const payment = await shop.untilPayment(body.id, ['requires_action'], 25_000);
    expect(payment.redirectUrl).not.toBeNull();
  }, 40_000);

  it('undecryptable again after a renewal: not sent, not blocked, and soon after that it is taken', async () => {
    const fault = await refuse('b_encryptor_failed_decrypt_message', 2);
    const { status, body } = await shop.createPayment();
    expect(status).toBe(202);
    await expectFired(fault, 2);
    expect(await line()).toMatchObject({ state: 'active', blockedBy: null, alarm: null });
    await shop.untilPayment(body.id, ['requires_action'], 25_000);
  }, 40_000);

  it('undecryptable after three renewals, a minute apart: this account is blocked, the others run on', async () => {
    const fault = await refuse('b_encryptor_failed_decrypt_message', 100);
    for (let minute = 0; minute < 3; minute++) {
      await replicas.changeSession(
        account,
        `undecryptable_at = undecryptable_at - interval '61 s', tokens_counted_at = tokens_counted_at - interval '61 s'`,
      );
      expect((await shop.createPayment()).status).toBe(202);
    }
    const fired = (await replicas.stack.bank.faults()).find(({ id }) => id === fault)?.fired;
    expect(fired).toBeGreaterThanOrEqual(6);
    expect(await line()).toMatchObject({ state: 'blocked', blockedBy: 'bank', alarm: 'blocked' });
    await replicas.stack.bank.clearFaults();
    const neighbour = await replicas.addAccount();
    expect((await shopOf(replica, neighbour).createPayment()).status).toBe(201);
  }, 40_000);

  it('200 idle days: blocked without asking again, probed after 15 minutes, then in use', async () => {
    const { bank } = replicas.stack;
    await bank.expireSessions(account.bank.merchantId);
    const fault = await refuse('b_auth_token_expired', 1, AUTHORIZE);
    expect((await shop.createPayment()).status).toBe(202);
    await expectFired(fault);
    expect(await line()).toMatchObject({ state: 'blocked', blockedReason: 'b_auth_token_expired', alarm: 'blocked' });
    const probe = Date.parse((await line()).nextProbeAt!) - Date.now();
    expect(probe).toBeGreaterThan(14.5 * 60_000);
    expect(probe).toBeLessThan(15.5 * 60_000);

    expect((await shop.createPayment()).status).toBe(202);
    expect((await replica.ops.renew(account.id)).status).toBeGreaterThanOrEqual(400);
    expect(await authorizes()).toBe(1); // nobody asked
    const neighbour = await replicas.addAccount();
    expect((await shopOf(replica, neighbour).createPayment()).status).toBe(201);

    await replicas.changeSession(account, `probe_at = clock_timestamp() - interval '1 second', retry_at = '-infinity'`);
    expect((await shop.createPayment()).status).toBe(201);
    expect(await line()).toMatchObject({ state: 'active', blockedBy: null, alarm: null });
    expect(await replicas.evidence(account)).toMatchObject({ authorizes: 2, version: 2 });
  });

  it('a single stranger is outdone, and one who came after a renewal of our own accord is no rival yet', async () => {
    const { replica: renewer, proxy } = await replicas.addProxied({ ROLE: 'api' });
    const publish = proxy.trap({ statement: PUBLISH, when: 'before', action: 'hold' });
    expect((await shopOf(renewer, account).createPayment()).status).toBe(201);
    const renewal = renewer.ops.renew(account.id);
    await publish.sprung;
    const before = await orderRequests();
    const waiting = shopOf(renewer, account).createPayment(); // refused, then waits for the renewal under way
    while ((await orderRequests()) === before) await sleep(20);
    publish.release();
    expect(await renewal).toMatchObject({ status: 200, body: { version: 2 } });
    expect((await waiting).status).toBe(201);
    await authorizeAsStranger();
    expect((await shopOf(renewer, account).createPayment()).status).toBe(201);
    expect(await line()).toMatchObject({ version: 3, reactiveRenewalsLastHour: 1, alarm: null });
    await renewer.process.stop();
  }, 40_000);

  it.each([1, 2])('a stranger who comes four times, %i replica(s): no payment feels him', async (count) => {
    const shops = replicas.all.slice(0, count).map((one) => shopOf(one, account));
    for (let visits = 0; visits < 4; visits++) {
      await authorizeAsStranger();
      const answers = await Promise.all(shops.map((one) => one.createPayment()));
      expect(answers.map(({ status }) => status)).toEqual(shops.map(() => 201));
    }
    expect(await authorizes()).toBe(1 + 4 + 4); // the first one, his, and one of ours for each of his
  });

  it.each([1, 2])(
    'a stranger who comes back at once, %i replica(s): no more renewals than the bucket gives, and none is wasted',
    async (count) => {
      const shops = replicas.all.slice(0, count).map((one) => shopOf(one, account));
      const start = performance.now();
      const answers: Promise<number>[] = [];
      let visits = 0;
      const ours = async (): Promise<number> => (await authorizes()) - visits;
      while (visits < 20 || (await ours()) < 1 + 5) {
        await authorizeAsStranger();
        visits += 1;
        const payments = shops.map((one) => one.createPayment().then(({ status }) => status));
        answers.push(...payments);
        await Promise.race([Promise.all(payments), sleep(100)]);
      }
      await replicas.changeSession(account, AGED_BUCKET); // he is gone: what still waits may have a session
      expect([201, 202]).toEqual(expect.arrayContaining(await Promise.all(answers)));
      const given = await ours();
      const seconds = (performance.now() - start) / 1_000;
      expect(given).toBeLessThanOrEqual(1 + 5 + 1 + seconds / 10); // the first one, five tokens, his going, one back every 10 s
      expect(given).toBe((await replicas.evidence(account)).version);
      const neighbour = await replicas.addAccount();
      expect((await shopOf(replica, neighbour).createPayment()).status).toBe(201);
    },
    90_000,
  );

  it('more than six renewals after a refusal within an hour are an alarm and no stop', async () => {
    for (let times = 1; times <= 7; times++) {
      await replicas.changeSession(account, `tokens_counted_at = tokens_counted_at - interval '1 minute'`);
      await refuse('b_expired_token');
      expect((await shop.createPayment()).status).toBe(201);
      const { alarm, reactiveRenewalsLastHour } = await line();
      expect({ alarm, reactiveRenewalsLastHour }).toEqual({
        alarm: times > 6 ? 'many_refusals' : null,
        reactiveRenewalsLastHour: times,
      });
    }
  }, 40_000);
});
