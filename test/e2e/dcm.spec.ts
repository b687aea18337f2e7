import { OpsClient } from '../support/ops-client.js';
import { OPS_KEY, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

describe('a bank at DCM', () => {
  let stack: Stack;
  let ops: OpsClient;

  beforeAll(async () => {
    stack = await startStack({ withShop: false, withDcm: true });
    ops = new OpsClient(stack.gatewayUrl, OPS_KEY);
    await until('a key signs', async () => {
      const { body } = await ops.call<{ keys: { status: string }[] }>('GET', 'dcm/keys');
      return body.keys.some(({ status }) => status === 'signing');
    });
  }, 60_000);
  afterAll(() => stack.stop());

  it('lets a subject with the right create a customer', async () => {
    const sub = stack.dcm.employee.login;
    expect(await ops.call('POST', 'dcm/subjects', { sub })).toMatchObject({ status: 201 });
    const { body: object } = await ops.call<{ id: string }>('POST', 'dcm/objects', {
      login: 'cust-1',
      firstName: 'Olena',
    });
    expect(await ops.call('POST', 'dcm/rules', { sub, flow: 'sign-up', object: object.id })).toMatchObject({
      status: 201,
    });
    const body = { login: 'cust-1', asset_code: 'UAH', asset_issuer: 'issuer' };
    const call = await ops.call('POST', 'dcm/operations', {
      operation: 'customer-create',
      scheme: 'bank',
      flow: 'sign-up',
      obj: 'cust-1',
      sub,
      body,
    });
    expect(call.status).toBe(200);
  });
});
