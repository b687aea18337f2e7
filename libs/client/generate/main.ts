// Writes the client's types from the API document. Run by "npm run openapi".
import { readFileSync, writeFileSync } from 'node:fs';
import { type ApiDocument, apiTypesOf } from './api-types.js';

const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as ApiDocument;
writeFileSync('libs/client/src/api-types.ts', apiTypesOf(document));
