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
    usesOwnDatabase: true,
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
  expect(config).toMatchObject({ bankUrl: 'https://bank.example', bankEnvironment: 'live', usesOwnDatabase: false });
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
