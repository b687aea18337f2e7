import 'reflect-metadata';
import { runGateway } from './app/run-gateway.js';

// What nobody reads any more, or no disk takes, is dropped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

await runGateway(process.env);
