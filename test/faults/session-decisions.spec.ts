import { type GatewayClient } from '../support/gateway-client.js';
import { type Replica, Replicas, type ShopAccount, shopOf } from '../support/replicas.js';
import { PUBLISH } from './renewal-statements.js';

const ORDER = 'create-order';
const AUTHORIZE = 'authorize_virtual_device';

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

  it('refused again after the replay: unknown, no third try, and the query rule brings it to its end', async () => {
    const fault = await refuse('b_session_doesnt_exist', 2);
    const before = await orderRequests();
    const { status, body } = await shop.createPayment();
    await expectFired(fault, 2);
    expect(status).toBe(202);
    expect(await orderRequests()).toBe(before + 2);
    expect(await authorizes()).toBe(2);
    const payment = await shop.untilPayment(body.id, ['requires_action'], 25_000);
    expect(payment.redirectUrl).not.toBeNull();
    expect(await authorizes()).toBe(2);
  }, 40_000);

  it('undecryptable again after a renewal: this account is blocked, the others run on', async () => {
    const fault = await refuse('b_encryptor_failed_decrypt_message', 2);
    expect((await shop.createPayment()).status).toBe(202);
    await expectFired(fault, 2);
    expect(await line()).toMatchObject({ state: 'blocked', blockedBy: 'bank', alarm: 'blocked' });
    const neighbour = await replicas.addAccount();
    expect((await shopOf(replica, neighbour).createPayment()).status).toBe(201);
  });

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
    while ((await orderRequests()) === before) await new Promise((resolve) => setTimeout(resolve, 20));
    publish.release();
    expect(await renewal).toMatchObject({ status: 200, body: { version: 2 } });
    expect((await waiting).status).toBe(201);
    await authorizeAsStranger();
    expect((await shopOf(renewer, account).createPayment()).status).toBe(201);
    expect(await line()).toMatchObject({ version: 3, reactiveRenewalsLastHour: 1, alarm: null });
    await renewer.process.stop();
  }, 40_000);

  it.each([
    { replicas: 1, alarm: ['session_contention'] },
    { replicas: 2, alarm: ['session_contention', 'many_refusals'] },
  ])(
    'a stranger who keeps coming back, $replicas replica(s): alarm, and no ping-pong',
    async ({ replicas: count, alarm }) => {
      const shops = replicas.all.slice(0, count).map((one) => shopOf(one, account));
      const stranger = { stays: true, times: 0 };
      const visits = (async () => {
        for (; stranger.stays; stranger.times++) {
          await authorizeAsStranger();
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })();
      const end = Date.now() + 9_000;
      const statuses = new Set<number>();
      while (Date.now() < end) {
        for (const { status } of await Promise.all(shops.map((one) => one.createPayment()))) statuses.add(status);
      }
      stranger.stays = false;
      await visits;
      expect(stranger.times).toBeGreaterThan(20);
      expect([...statuses].every((status) => status === 201 || status === 202)).toBe(true);
      const { reactiveRenewalsLastHour, alarm: raised } = await line();
      expect(reactiveRenewalsLastHour).toBeLessThanOrEqual(6);
      expect((await authorizes()) - stranger.times).toBeLessThanOrEqual(1 + 6);
      expect((await authorizes()) - stranger.times).toBe((await replicas.evidence(account)).version); // none was wasted
      expect(alarm).toContain(raised);
      const neighbour = await replicas.addAccount();
      expect((await shopOf(replica, neighbour).createPayment()).status).toBe(201);
    },
    40_000,
  );
});
