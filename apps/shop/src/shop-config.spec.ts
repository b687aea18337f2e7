import { type ConfigError, loadShopConfig } from './shop-config.js';

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    loadShopConfig(environment);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
};

it('needs nothing but an API key', () => {
  const config = loadShopConfig({ GATEWAY_API_KEY: 'ap_test_1' });
  expect(config).toMatchObject({ port: 4002, host: '127.0.0.1', gatewayApiKey: 'ap_test_1' });
  expect([config.publicUrl.href, config.gatewayUrl.href]).toEqual(['http://localhost:4002/', 'http://127.0.0.1:4000/']);
});

it.each([
  ['https://shop.example/cups', 'https://shop.example/cups/'],
  ['https://shop.example/cups/', 'https://shop.example/cups/'],
])('keeps the path of %s', (address, base) => {
  const config = loadShopConfig({ GATEWAY_API_KEY: 'ap_test_1', PUBLIC_URL: address, GATEWAY_URL: address });
  expect([config.publicUrl.href, config.gatewayUrl.href]).toEqual([base, base]);
});

it.each(['https://shop.example/?a=1', 'https://shop.example/#a', 'https://shop.example/?'])(
  'builds no addresses on %s',
  (address) => {
    const problems = problemsOf({ GATEWAY_API_KEY: 'ap_test_1', PUBLIC_URL: address, GATEWAY_URL: address });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['PUBLIC_URL', 'GATEWAY_URL']);
  },
);

it('names every problem at once', () => {
  const problems = problemsOf({ PORT: '99999', PUBLIC_URL: 'ftp://shop', GATEWAY_URL: 'gateway' });
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
    'PORT',
    'PUBLIC_URL',
    'GATEWAY_URL',
    'GATEWAY_API_KEY',
  ]);
});

it.each([
  [{ GATEWAY_API_KEY: 'se cret' }, 'GATEWAY_API_KEY holds no usable'],
  [{ GATEWAY_API_KEY: 'secret', GATEWAY_API_KEY_FILE: 'key' }, 'both set'],
  [{ GATEWAY_API_KEY_FILE: '/nowhere/secret-file' }, 'cannot be read'],
])('refuses %j without repeating the key', (environment, text) => {
  const problems = problemsOf(environment);
  expect(problems).toEqual([expect.stringContaining(text)]);
  expect(problems.join()).not.toContain('se cret');
});

describe('webhook secrets', () => {
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

  it.each([
    [undefined, []],
    [secret, [secret]],
    [`${secret} ${secret}`, [secret, secret]],
  ])('of %s are %j', (text, secrets) => {
    const config = loadShopConfig({ GATEWAY_API_KEY: 'ap_test_1', WEBHOOK_SECRET: text });
    expect(config.webhookSecrets).toEqual(secrets);
  });

  it('that are none are named and not shown', () => {
    const problems = problemsOf({ GATEWAY_API_KEY: 'ap_test_1', WEBHOOK_SECRET: 'whsec_oops' });
    expect(problems).toEqual([expect.stringMatching(/^WEBHOOK_SECRET holds no webhook secret/u)]);
    expect(problems.join()).not.toContain('oops');
  });
});
