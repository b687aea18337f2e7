import { RecurringRequests } from '../../apps/gateway/src/subscriptions/engine/recurring-requests.service.js';
import { A_PLAN, type AtBank, DAILY, DAY_MS, startAtBank } from './recurring-parts.js';
import { addAccount, OPS_KEY } from './whole-gateway.js';

/** Judged by the simulator's own books: what it has of plans, and how many there are. */
describe('plans', () => {
  let at: AtBank;
  beforeAll(async () => {
    at = await startAtBank();
  });
  afterAll(() => at.stop());
  beforeEach(() => at.control('DELETE', 'faults'));

  const bankPlans = () => at.simulator.bank.plans.of(at.account.bankMerchantId);
  const create = async (over: object = {}): Promise<string> => {
    const { status, body } = await at.post('/v1/plans', { ...A_PLAN, ...over });
    expect([status, body['status']]).toEqual([201, 'active']);
    return body['id'] as string;
  };
  const bankPlanOf = async (id: string) => {
    const [row] = await at.database.query<{ bank: string }>('SELECT bank_plan_id AS bank FROM plan WHERE id = $1', [
      id,
    ]);
    return bankPlans().find(({ planId }) => planId === row!.bank)!;
  };
  /** The next call of the path is carried out, and its answer is lost. */
  const loseAnswer = (path: string) => at.control('POST', 'faults', { kind: 'reset_after', path, times: 1 });
  const resolve = async (subjectId: string): Promise<void> => {
    const sql = 'SELECT id FROM recurring_request WHERE subject_id = $1 ORDER BY number DESC LIMIT 1';
    const [row] = await at.database.query<{ id: string }>(sql, [subjectId]);
    await at.gateway.app.get(RecurringRequests).resolve(at.account.id, row!.id);
  };

  it('are made at the bank once for a key, and read and listed', async () => {
    const before = bankPlans().length;
    const headers = { 'idempotency-key': 'plan-once' };
    const made = await at.post('/v1/plans', { ...A_PLAN, metadata: { our: 'note' } }, headers);
    expect(made.body).toMatchObject({
      ...{ object: 'plan', status: 'active', category: 'C103', metadata: { our: 'note' } },
      versions: [{ number: 1, rules: [DAILY] }],
      change: { type: 'create', status: 'succeeded' },
    });
    const again = await at.post('/v1/plans', { ...A_PLAN, metadata: { our: 'note' } }, headers);
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([made.text, 'true']);
    expect((await at.post('/v1/plans', A_PLAN, headers)).body).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    expect(bankPlans()).toHaveLength(before + 1);
    const id = made.body['id'] as string;
    expect(await at.read(`/v1/plans/${id}`)).toEqual(made.body);
    const { data } = (await at.read('/v1/plans?limit=1')) as { data: { id: string }[] };
    expect(data.map((plan) => plan.id)).toEqual([id]);
    expect(await at.told(id)).toEqual(['plan.created']);
  });

  it('are paused, resumed and archived at the bank, each from where that can be', async () => {
    const id = await create();
    expect((await at.post(`/v1/plans/${id}/resume`)).body).toMatchObject({ code: 'PLAN_NOT_CHANGEABLE' });
    for (const [action, status, word] of [
      ['pause', 'paused', 'PAUSED'],
      ['resume', 'active', 'ACTIVE'],
      ['archive', 'archived', 'CANCELED'],
    ] as const) {
      const changed = await at.post(`/v1/plans/${id}/${action}`);
      expect(changed).toMatchObject({ status: 200, body: { status, change: { type: action, status: 'succeeded' } } });
      expect((await bankPlanOf(id)).status).toBe(word);
    }
    expect((await at.post(`/v1/plans/${id}/pause`)).body).toMatchObject({ code: 'PLAN_NOT_CHANGEABLE' });
    expect(await at.told(id)).toEqual(['plan.created', 'plan.paused', 'plan.resumed', 'plan.archived']);
  });

  it('get other rules from a time on', async () => {
    const id = await create();
    const rules = [{ ...DAILY, amount: 500 }];
    const appliesFrom = new Date(Date.now() + 3 * DAY_MS).toISOString();
    const added = await at.post(`/v1/plans/${id}/versions`, { rules, appliesFrom });
    expect(added).toMatchObject({ status: 200, body: { versions: [{ number: 1 }, { number: 2, rules }] } });
    expect((await bankPlanOf(id)).versions).toHaveLength(2);
    expect(await at.told(id)).toEqual(['plan.created', 'plan.version_added']);
  });

  it('whose answer is lost are found, and not made twice', async () => {
    const before = bankPlans().length;
    await loseAnswer('/plan/create_v1');
    const made = await at.post('/v1/plans', A_PLAN);
    expect(made).toMatchObject({
      status: 202,
      body: { status: 'created', change: { status: 'pending' }, versions: [] },
    });
    const id = made.body['id'] as string;
    expect(bankPlans()).toHaveLength(before + 1);
    await resolve(id);
    expect(await at.read(`/v1/plans/${id}`)).toMatchObject({ status: 'active', versions: [{ number: 1 }] });
    expect(bankPlans()).toHaveLength(before + 1);
  });

  it('whose new version is lost have one all the same', async () => {
    const id = await create();
    const asked = { rules: [{ ...DAILY, amount: 700 }], appliesFrom: new Date(Date.now() + DAY_MS).toISOString() };
    await loseAnswer('/plan/update_v1');
    expect(await at.post(`/v1/plans/${id}/versions`, asked)).toMatchObject({ status: 202 });
    expect((await at.post(`/v1/plans/${id}/pause`)).body).toMatchObject({ code: 'RECURRING_REQUEST_OPEN' });
    await resolve(id);
    expect((await bankPlanOf(id)).versions).toHaveLength(2);
    expect(await at.read(`/v1/plans/${id}`)).toMatchObject({ versions: [{}, { rules: asked.rules }] });
  });

  it('that never reached the bank are sent again', async () => {
    const id = await create();
    await at.control('POST', 'faults', { kind: 'reset_before', path: '/plan/status_update_v1', times: 1 });
    const paused = await at.post(`/v1/plans/${id}/pause`);
    expect(paused).toMatchObject({ status: 202, body: { status: 'active', change: { status: 'pending' } } });
    expect((await bankPlanOf(id)).status).toBe('ACTIVE');
    await resolve(id);
    expect((await bankPlanOf(id)).status).toBe('PAUSED');
    expect(await at.read(`/v1/plans/${id}`)).toMatchObject({ status: 'paused', change: { status: 'succeeded' } });
  });

  it('of an account without a signing key are refused before anything is recorded', async () => {
    const { apiKey } = await addAccount(at.gateway, { baseUrl: at.simulator.url });
    const made = await at.gateway.call('POST', '/v1/plans', { key: apiKey, body: A_PLAN });
    expect(made).toMatchObject({ status: 422, body: { code: 'RECURRING_UNAVAILABLE' } });
  });

  it('are another account’s for nobody else', async () => {
    const id = await create();
    const { apiKey: key } = await addAccount(at.gateway, { baseUrl: at.simulator.url });
    expect((await at.gateway.call('GET', `/v1/plans/${id}`, { key })).body).toMatchObject({ code: 'PLAN_NOT_FOUND' });
    expect((await at.gateway.call('GET', '/v1/plans', { key })).body).toMatchObject({ data: [] });
  });

  it.each<[string, object, string]>([
    ['a gap', { rules: [{ ...DAILY, fromNumber: 2 }] }, 'rules'],
    ['no rules', { rules: [] }, 'rules'],
    ['an unknown unit', { rules: [{ ...DAILY, intervalUnit: 'year' }] }, 'rules.0.intervalUnit'],
    ['a fraction', { rules: [{ ...DAILY, amount: 1.5 }] }, 'rules.0.amount'],
    ['dollars', { currency: 'USD' }, 'currency'],
    ['a long description', { description: 'x'.repeat(201) }, 'description'],
    ['another category', { category: 'X1' }, 'category'],
    ['a time without offset', { appliesFrom: '2026-01-31' }, 'appliesFrom'],
    ['an unknown member', { price: 1 }, 'price'],
  ])('with %s are refused, naming the member', async (_what, over, path) => {
    const { status, body } = await at.post('/v1/plans', { ...A_PLAN, ...over });
    expect([status, (body['errors'] as { path: string }[]).map((error) => error.path)]).toEqual([400, [path]]);
  });

  it('are signed with a key that shows itself nowhere', async () => {
    const rows = await at.database.query<{ sealed: string }>('SELECT key_sealed AS sealed FROM signing_key');
    expect(rows).toHaveLength(1);
    expect(rows[0]!.sealed).not.toContain('"d"');
    const route = `/ops/merchant-accounts/${at.account.id}/signing-keys`;
    const wrong = await at.gateway.call('POST', route, { key: OPS_KEY, body: { id: 'k', jwk: { kty: 'EC', d: 'x' } } });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'SIGNING_KEY_INVALID' } });
    expect(wrong.text).not.toContain('"x"');
  });
});
