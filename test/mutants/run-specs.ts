import { pathToFileURL } from 'node:url';
import { expect } from 'expect';
import { afterAll, afterEach, beforeAll, beforeEach, describe, it, run, test } from 'jest-circus';

/**
 * Runs compiled unit specs in this process, with Jest's own words and without Jest: a third of a second instead of some.
 * Ends with 1 when a test fails or a file cannot be loaded, and with 2 when there was no test.
 */
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test });

for (const file of process.argv.slice(2)) await import(pathToFileURL(file).href);
const { testResults, unhandledErrors } = await run();
const isCaught = unhandledErrors.length > 0 || testResults.some(({ errors }) => errors.length > 0);
process.exit(isCaught ? 1 : testResults.length === 0 ? 2 : 0);
