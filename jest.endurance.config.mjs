import tests from './jest.config.ts';

/** `npm run test:endurance`: drills whose point is their size, in full. `npm test` runs them small. */
const DRILLS = ['replicas-under-load', 'session-outage', 'session-histories', 'renewer-killed'];

process.env.TEST_SIZE = 'full';

const faults = tests.projects.find(({ displayName }) => displayName === 'faults');
export default {
  ...tests,
  projects: [
    { ...faults, displayName: 'endurance', testMatch: DRILLS.map((name) => `<rootDir>/test/faults/${name}.spec.ts`) },
  ],
};
