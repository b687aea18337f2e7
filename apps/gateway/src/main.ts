import 'reflect-metadata';
import { runGateway } from './run-gateway.js';

// What nobody reads any more, or no disk takes, is dropped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

await runGateway(process.env);
