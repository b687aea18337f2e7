/** Whether drills run in the size that proves something about long runs: `npm run test:endurance`. */
export const isFullSize = process.env['TEST_SIZE'] === 'full';
