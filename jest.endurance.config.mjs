import tests from './jest.config.ts';

/** `npm run test:endurance`: drills whose point is their size, in full. `npm test` runs them small. */
const DRILLS = [
  'test/faults/crash-campaign',
  'test/faults/renewer-killed',
  'test/faults/replicas-under-load',
  'test/faults/session-histories',
  'test/faults/session-outage',
  'test/e2e/dcm',
  'test/integration/webhook-backlog',
];

process.env.TEST_SIZE = 'full';

const faults = tests.projects.find(({ displayName }) => displayName === 'faults');
export default {
  ...tests,
  projects: [{ ...faults, displayName: 'endurance', testMatch: DRILLS.map((name) => `<rootDir>/${name}.spec.ts`) }],
};
