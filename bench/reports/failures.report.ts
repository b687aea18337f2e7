import { readFileSync, writeFileSync } from 'node:fs';
import { withFailures } from './failures.js';

const PAGE = 'docs/api.md';
writeFileSync(PAGE, withFailures(readFileSync(PAGE, 'utf8')));
