import { buildOpenApi } from './docs/openapi.js';
import { API_VERSION } from './docs/version.js';

process.stdout.write(`${JSON.stringify(buildOpenApi(API_VERSION), null, 2)}\n`);
