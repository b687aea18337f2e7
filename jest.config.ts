import { readFileSync } from 'node:fs';
import type { Config } from 'jest';

// One compiler configuration; only its `exclude`, which keeps specs out of dist, must not hold here.
const { jsc, module, sourceMaps } = JSON.parse(readFileSync('.swcrc', 'utf8')) as Record<string, unknown>;

const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { swcrc: false, jsc, module, sourceMaps }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/', '<rootDir>/libs/[^/]+/dist/'],
  testEnvironment: 'node',
  // Jest adds `import` or `require` by itself, by who asks.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  setupFiles: ['<rootDir>/test/support/watch-transactions.ts'],
} satisfies Config['projects'] extends (infer P)[] | undefined ? Exclude<P, string> : never;

const database = {
  globalSetup: '<rootDir>/test/support/start-postgres.ts',
  globalTeardown: '<rootDir>/test/support/stop-postgres.ts',
};

/** `npm test -- --selectProjects unit` runs one kind; the other kinds share one throw-away Postgres server. */
const config: Config = {
  testTimeout: 30_000,
  // Many tests wait, for a bank that hangs or a process that starts: two of them leave a core idle.
  maxWorkers: 3,
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/{apps,libs}/**/*.spec.ts'] },
    { ...shared, ...database, displayName: 'contract', testMatch: ['<rootDir>/test/contract/**/*.spec.ts'] },
    { ...shared, ...database, displayName: 'integration', testMatch: ['<rootDir>/test/integration/**/*.spec.ts'] },
    { ...shared, ...database, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'] },
    { ...shared, ...database, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.spec.ts'] },
    { ...shared, ...database, displayName: 'strangers', testMatch: ['<rootDir>/test/strangers/**/*.spec.ts'] },
  ],
};
export default config;
