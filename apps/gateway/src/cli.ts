import 'reflect-metadata';
import { runCli } from './cli/run-cli.js';
import { openDesk } from './open-desk.js';

process.exitCode = await runCli(process.argv.slice(2), () => openDesk(process.env));
