import { readFileSync, writeFileSync } from 'node:fs';
import { withPictures } from './rooms.js';

const PAGE = 'docs/architecture.md';
writeFileSync(PAGE, withPictures(readFileSync(PAGE, 'utf8')));
