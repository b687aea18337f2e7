import { type Payment } from '../support/gateway-client.js';
import { DcmControl } from '../support/dcm-control.js';
import { OpsClient } from '../support/ops-client.js';
import { payByCard } from '../support/payer.js';
import { OPS_KEY, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const HALF_AN_HOUR_MS = 1_800_000;

/** The step of the simulator's clock that its start page offers. */
describe('when half an hour passes at the bank', () => {
  let stack: Stack;
  let ops: OpsClient;
  let dcm: DcmControl;
  let customers = 0;

  beforeAll(async () => {
    stack = await startStack({ withShop: false, withDcm: true });
    ops = new OpsClient(stack.gatewayUrl, OPS_KEY);
    dcm = new DcmControl(stack.simulatorUrl, stack.dcm);
    const signs = async () => {
      const { body } = await ops.call<{ keys: { status: string }[] }>('GET', 'dcm/keys');
      return body.keys.some(({ status }) => status === 'signing');
    };
    await until('a key signs', signs);
    await ops.call('POST', 'dcm/subjects', { sub: stack.dcm.employee.login });
  }, 60_000);
  afterAll(() => stack.stop());

  async function paidPayment(): Promise<Payment> {
    const { body } = await stack.client.createPayment();
    await payByCard(body);
    return stack.client.untilPayment(body.id, ['succeeded']);
  }

  async function refund({ id }: Payment): Promise<void> {
    expect((await stack.client.refund(id, { amount: 100 })).body).toMatchObject({ status: 'pending' });
    const isBack = async () => (await stack.client.refunds(id)).body.data.every(({ status }) => status === 'succeeded');
    await until('the refund is done', isBack);
  }

  /** In scheme BANK our token is checked by DCM, and DCM's own by us. */
  async function createCustomer(scheme: 'bank' | 'dcm'): Promise<number> {
    const login = `customer-${++customers}`;
    const sub = stack.dcm.employee.login;
    const { body } = await ops.call<{ id: string }>('POST', 'dcm/objects', { login, firstName: 'Olena' });
    await ops.call('POST', 'dcm/rules', { sub, flow: 'sign-up', object: body.id });
    const claims = scheme === 'bank' ? { flow: 'sign-up', obj: login, sub } : {};
    const order = { login, asset_code: 'UAH', asset_issuer: 'issuer' };
    return (await ops.call('POST', 'dcm/operations', { operation: 'customer-create', scheme, ...claims, body: order }))
      .status;
  }

  async function everythingWorks(old: Payment): Promise<void> {
    await refund(old);
    await refund(await paidPayment());
    expect([await createCustomer('bank'), await createCustomer('dcm')]).toEqual([200, 200]);
  }

  it('refunds and DCM go on as before, and so they do after the step is taken back', async () => {
    const payment = await paidPayment();
    await stack.bank.advanceClock(HALF_AN_HOUR_MS);
    const asked = (await dcm.callbacks()).length;
    await everythingWorks(payment);
    expect((await dcm.callbacks()).length).toBeGreaterThan(asked);

    await stack.bank.goBackToRealTime();
    expect(Math.abs((await stack.bank.now()).getTime() - Date.now())).toBeLessThan(HALF_AN_HOUR_MS / 2);
    await everythingWorks(payment);
    const moves = (await stack.bank.ledger()).filter(({ kind }) => kind.startsWith('clock.'));
    expect(moves.map(({ kind }) => kind)).toEqual(['clock.advanced', 'clock.went_back']);
  }, 90_000);

  it('the start page does and undoes it with a button', async () => {
    const press = (button: 'step' | 'back') =>
      fetch(`${stack.simulatorUrl}/clock/${button}`, { method: 'POST', redirect: 'manual' });
    const page = async (): Promise<string> => (await fetch(stack.simulatorUrl)).text();
    expect(await page()).not.toContain('data-testid="clock-back"');
    await press('step');
    expect(await page()).toContain('30 min ahead of real time');
    await press('back');
    expect(await page()).toContain('which is real time');
  });
});
