import { ConfigError, readLauncherConfig } from './launcher-config.js';

const problemsOf = (env: Record<string, string>): string[] => {
  try {
    readLauncherConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
};

it('needs nothing', () => {
  expect(readLauncherConfig({ DATABASE_URL: '', SHOP_PORT: ' ' })).toEqual({
    gatewayPort: 4000,
    simulatorPort: 4001,
    shopPort: 4002,
    postgresPort: 54_380,
    dataDir: `${process.cwd()}/.data`,
    databaseUrlFile: `${process.cwd()}/.data/run/database-url`,
    bankUrl: undefined,
    bankEnvironment: 'test',
    dcmUrl: undefined,
  });
});

it('takes a whole account, secrets by file', () => {
  const config = readLauncherConfig({
    ALLIANCE_BASE_URL: 'https://bank.example',
    ALLIANCE_MERCHANT_ID: 'm',
    ALLIANCE_SERVICE_CODE_FILE: '/run/code',
    ALLIANCE_PRIVATE_KEY_FILE: '/run/key',
    ALLIANCE_ENVIRONMENT: 'live',
    DATABASE_URL: 'postgresql://u:p@db/x',
  });
  expect(config).toMatchObject({
    bankUrl: 'https://bank.example',
    bankEnvironment: 'live',
    databaseUrlFile: undefined,
  });
});

it('names every problem at once and repeats no value', () => {
  const problems = problemsOf({
    GATEWAY_PORT: 'canary',
    SHOP_PORT: '4001',
    DATABASE_URL: 'mysql://canary@db',
    ALLIANCE_SERVICE_CODE: 'canary',
    DCM_BASE_URL: 'canary',
    ALLIANCE_ENVIRONMENT: 'canary',
  });
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
    'GATEWAY_PORT',
    'SIMULATOR_PORT',
    'DATABASE_URL',
    'DCM_BASE_URL',
    'ALLIANCE_ENVIRONMENT',
    'ALLIANCE_BASE_URL',
    'ALLIANCE_MERCHANT_ID',
    'ALLIANCE_PRIVATE_KEY',
  ]);
  expect(problems.join()).not.toContain('canary');
});

it('reads no variable that it does not use, and no service link of Kubernetes', () => {
  const link = 'tcp://10.96.0.12:5432';
  expect(
    readLauncherConfig({ POSTGRES_PORT: link, SHOP_PORT: link, GATEWAY_PORT: link, SIMULATOR_PORT: link }),
  ).toEqual(readLauncherConfig({}));
  expect(problemsOf({ POSTGRES_PORT: 'x', DATABASE_URL: 'postgres://u@db/x' })).toEqual([]);
  const bank = { ALLIANCE_MERCHANT_ID: 'm', ALLIANCE_SERVICE_CODE: 'c', ALLIANCE_PRIVATE_KEY: 'k' };
  expect(problemsOf({ SIMULATOR_PORT: '4000', ALLIANCE_BASE_URL: 'https://bank.example', ...bank })).toEqual([]);
});

it.each(['4190', '6000', '10080'])('refuses port %s, which no browser calls', (port) => {
  for (const name of ['GATEWAY_PORT', 'SIMULATOR_PORT', 'SHOP_PORT']) {
    expect(problemsOf({ [name]: port })).toEqual([expect.stringContaining(`${name} is a port that browsers`)]);
  }
  expect(problemsOf({ POSTGRES_PORT: port })).toEqual([]);
});

it.each([
  ['a host that is none', { HOST: 'tcp://10.0.0.1:80', SIMULATOR_HOST: 'a b' }, ['HOST', 'SIMULATOR_HOST']],
  ['a live simulator', { ALLIANCE_ENVIRONMENT: 'live' }, ['ALLIANCE_ENVIRONMENT']],
  [
    'an address by file',
    { ALLIANCE_BASE_URL_FILE: '/x', ALLIANCE_MERCHANT_ID: 'm' },
    ['ALLIANCE_BASE_URL', 'ALLIANCE_SERVICE_CODE', 'ALLIANCE_PRIVATE_KEY'],
  ],
])('refuses %s', (_what, env, names) => {
  expect(problemsOf(env as Record<string, string>).map((problem) => problem.split(' ')[0])).toEqual(names);
});
