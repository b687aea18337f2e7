import { buildOpenApi } from './app/openapi.js';

process.stdout.write(`${JSON.stringify(buildOpenApi(), null, 2)}\n`);
