import { readFileSync, writeFileSync } from 'node:fs';
import { withWays } from './ways.js';

const PAGE = 'docs/api.md';
writeFileSync(PAGE, withWays(readFileSync(PAGE, 'utf8')));
