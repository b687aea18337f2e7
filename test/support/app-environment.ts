import path from 'node:path';

/**
 * What every app needs that a test starts. Compiled code is kept: a start takes a fifth less of the processor. Nobody asks the
 * bank about yesterday, of which a test has rows where it moves them back in time.
 */
export const APP_ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: path.resolve('node_modules/.cache/node-compile'),
  SWEEP_AT: 'off',
};
