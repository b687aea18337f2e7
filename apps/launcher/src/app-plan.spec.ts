import { planApps, shopWebhooksUrl } from './app-plan.js';
import { type DemoCounterparty } from './demo-counterparty.js';
import { type DemoCredentials } from './demo-credentials.js';
import { readLauncherConfig } from './launcher-config.js';

const CREDENTIALS: DemoCredentials = {
  merchantId: 'merchant-1',
  a2aMerchantId: undefined,
  apiKey: 'ap_test_canary',
  apiKeyFile: '/data/demo/api-key',
  opsKeyFile: '/data/demo/ops-key',
  serviceCodeFile: '/data/demo/service-code',
  privateKeyFile: '/data/demo/private-key.jwk',
  merchantsFile: '/data/demo/merchants.json',
};
const COUNTERPARTY: DemoCounterparty = {
  guid: 'guid-1',
  login: 'operator@bank.example',
  passwordFile: '/data/demo/dcm-password',
  bankCode: '999991',
  merchantUid: 'shop-1',
  counterpartiesFile: '/data/demo/counterparties.json',
};
const REAL_BANK = {
  ALLIANCE_BASE_URL: 'https://bank.example',
  ALLIANCE_MERCHANT_ID: 'm',
  ALLIANCE_SERVICE_CODE: 'secret-code',
  ALLIANCE_PRIVATE_KEY: 'secret-key',
};
const plan = (env: Record<string, string>) =>
  planApps(readLauncherConfig(env), { credentials: CREDENTIALS, counterparty: COUNTERPARTY }, env);

it('wires the three apps together without a secret in an environment', () => {
  const apps = plan({ PATH: '/bin', GATEWAY_PORT: '5000', HOST: '0.0.0.0', DATA_DIR: '/data' });
  expect(apps.map(({ name }) => name)).toEqual(['simulator', 'gateway', 'shop']);
  expect(apps[1]?.env).toMatchObject({ PORT: '5000', PATH: '/bin', ALLIANCE_BASE_URL: 'http://127.0.0.1:4001' });
  expect(apps[1]?.env).toMatchObject({ DATABASE_URL_FILE: '/data/run/database-url' });
  expect(apps[2]?.env).toMatchObject({ GATEWAY_URL: 'http://127.0.0.1:5000', HOST: '0.0.0.0' });
  expect(JSON.stringify(apps)).not.toContain('canary');
});

it('lets pages of this machine take cards, and none that a browser encrypts nothing on', () => {
  const origins = (env: Record<string, string>) => plan(env)[1]?.env['SHOP_ORIGINS'];
  expect(origins({ SHOP_PORT: '5002' })).toBe('http://localhost:5002,http://127.0.0.1:5002');
  expect(origins({ HOST: '::1' })).toBe('http://localhost:4002,http://[::1]:4002');
  expect(origins({ HOST: '192.0.2.7' })).toBeUndefined();
});

it("makes the gateway a bank at the simulator's DCM, unless a real one is named", () => {
  const [simulator, gateway] = plan({ SIMULATOR_PORT: '5001' });
  expect(simulator?.env).toMatchObject({ COUNTERPARTIES_FILE: '/data/demo/counterparties.json' });
  expect(gateway?.env).toMatchObject({
    DCM_BASE_URL: 'http://127.0.0.1:5001/dcm',
    DCM_COUNTERPARTY_GUID: 'guid-1',
    DCM_EMPLOYEE_PASSWORD_FILE: '/data/demo/dcm-password',
    DCM_BANK_CODE: '999991',
    DCM_MERCHANT_UID: 'shop-1',
    DCM_KEY_WRAP: 'oaep-sha256',
  });
  const real = plan({ DCM_BASE_URL: 'https://api.bank.example', DCM_COUNTERPARTY_GUID: 'guid-2' });
  expect(real[1]?.env).toMatchObject({ DCM_BASE_URL: 'https://api.bank.example', DCM_COUNTERPARTY_GUID: 'guid-2' });
  expect(real[1]?.env).not.toHaveProperty('DCM_EMPLOYEE_LOGIN');
  expect(real[2]?.env).not.toHaveProperty('DCM_BASE_URL');
});

it("lets the gateway post to the shop on this machine, and to no other private address than the shop's", () => {
  const allowed = (env: Record<string, string>) =>
    plan(env).find(({ name }) => name === 'gateway')?.env['WEBHOOK_ALLOWED_NETWORKS'];
  expect(allowed({})).toBe('127.0.0.0/8,::1');
  expect(allowed({ HOST: '0.0.0.0' })).toBe('127.0.0.0/8,::1');
  expect(allowed({ HOST: '192.0.2.7' })).toBe('127.0.0.0/8,::1,192.0.2.7');
  expect(allowed(REAL_BANK)).toBeUndefined();
  expect(shopWebhooksUrl(readLauncherConfig(REAL_BANK))).toBeUndefined();
  expect(shopWebhooksUrl(readLauncherConfig({ SHOP_PORT: '5002' }))).toBe('http://127.0.0.1:5002/webhooks');
});

it('starts no simulator beside a real bank and shows its secrets to the gateway only', () => {
  const apps = plan({ ...REAL_BANK, DATABASE_URL: 'postgres://secret@db/x' });
  expect(apps.map(({ name }) => name)).toEqual(['gateway', 'shop']);
  expect(apps[0]?.env).toMatchObject({ ALLIANCE_SERVICE_CODE: 'secret-code', DATABASE_URL: 'postgres://secret@db/x' });
  expect(apps[0]?.env).not.toHaveProperty('DATABASE_URL_FILE');
  expect(JSON.stringify(apps[1])).not.toContain('secret');
});

it('opens the simulator to the network only when it is asked by its own variable', () => {
  expect(plan({ HOST: '0.0.0.0' })[0]?.env).toMatchObject({ HOST: '127.0.0.1' });
  expect(plan({ SIMULATOR_HOST: '0.0.0.0' })[0]?.env).toMatchObject({ HOST: '0.0.0.0' });
});

it('connects every app to where the others listen', () => {
  const [simulator, gateway, shop] = plan({ HOST: '::1', SIMULATOR_HOST: '192.0.2.7' });
  expect(simulator?.env).toMatchObject({ PUBLIC_URL: 'http://192.0.2.7:4001' });
  expect(gateway?.env).toMatchObject({ HOST: '::1', PUBLIC_URL: 'http://[::1]:4000' });
  expect(gateway?.env).toMatchObject({ ALLIANCE_BASE_URL: 'http://192.0.2.7:4001' });
  expect(shop?.env).toMatchObject({ HOST: '::1', GATEWAY_URL: 'http://[::1]:4000' });
});

it('keeps a PUBLIC_URL that is given, and its own keys', () => {
  const [, gateway] = plan({ PUBLIC_URL: 'https://demo.example', OPS_KEY: 'x', API_KEY: 'y', ROLE: 'api' });
  expect(gateway?.env).toMatchObject({ PUBLIC_URL: 'https://demo.example', OPS_KEY_FILE: '/data/demo/ops-key' });
  for (const name of ['OPS_KEY', 'API_KEY', 'ROLE']) expect(gateway?.env).not.toHaveProperty(name);
});
