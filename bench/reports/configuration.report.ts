import { readFileSync, writeFileSync } from 'node:fs';
import { launcherList, withVariables } from './configuration.js';

const PAGE = 'docs/configuration.md';
writeFileSync(PAGE, withVariables(readFileSync(PAGE, 'utf8')));
writeFileSync('apps/launcher/src/gateway-variables.ts', launcherList());
