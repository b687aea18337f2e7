import { importPrivateKeyText } from '#libs/keystore';
import { type AuditService } from '../audit/audit.service.js';
import { type Access } from '../audit/command.js';
import { type KekRotationService, type Progress } from '../keys/kek-rotation.service.js';
import { SCOPE_NAMES } from '../accounts/scopes.js';
import { createAccount, createApiKey, changeAccount } from '../ops/ops.dto.js';
import { type OperationsService } from '../ops/operations.service.js';
import { type OpsReadingsService } from '../ops/ops-readings.service.js';
import { CliError } from './cli-error.js';
import { type CommandInput, flag, option, parseBody, positional, readSecret, required } from './command-input.js';
import { DCM_COMMANDS, type DcmCommand, type DcmServices } from './dcm-commands.js';

/** What commands work with. */
export interface Services {
  readonly operations: OperationsService;
  readonly readings: OpsReadingsService;
  readonly rotation: KekRotationService;
  readonly audit: AuditService;
  /** Undefined: DCM is not configured. */
  readonly dcm: DcmServices | undefined;
}

export interface Command {
  /** After the command's name. */
  readonly usage: string;
  readonly help: string;
  /** What it does to the installation; default: it writes. */
  readonly access?: Access | ((input: CommandInput) => Access);
  /** @returns what is printed, as JSON */
  readonly run: (services: Services, input: CommandInput) => Promise<unknown>;
}

const ACTOR = 'cli';

const ofDcm = ({ run, ...command }: DcmCommand): Command => ({
  ...command,
  run: ({ dcm }, input) => {
    if (!dcm) throw new CliError('DCM_BASE_URL is not set: this gateway is no bank at DCM');
    return run(dcm, input);
  },
});
const accountOf = (input: CommandInput): string => positional(input, 0, 'account');
const done = async (work: Promise<unknown>): Promise<{ done: true }> => {
  await work;
  return { done: true };
};

/** Every command by its name. A secret is read from a file or from standard input, never from an argument. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  'accounts list': {
    usage: '',
    help: 'List the merchant accounts.',
    access: 'reads',
    run: ({ operations }) => operations.accountList(),
  },
  'accounts show': {
    usage: '<account>',
    help: 'Show one account with its client keys.',
    access: 'reads',
    run: ({ operations }, input) => operations.account(accountOf(input)),
  },
  'accounts create': {
    usage:
      '--name N --environment test|live --base-url URL --merchant-id ID --service-code-file FILE [--client-key-file FILE]',
    help: 'Create an account; prints the public key to hand to the bank. FILE may be "-" for standard input.',
    access: 'installs',
    run: ({ operations }, input) => operations.createAccount(ACTOR, newAccount(input)),
  },
  'accounts change': {
    usage: '<account> [--name N] [--base-url URL] [--merchant-id ID] [--service-code-file FILE]',
    help: 'Change what is given.',
    run: ({ operations }, input) => operations.changeAccount(ACTOR, accountOf(input), changes(input)),
  },
  'api-keys list': {
    usage: '<account>',
    help: 'List the API keys of an account.',
    access: 'reads',
    run: ({ operations }, input) => operations.apiKeyList(accountOf(input)),
  },
  'api-keys create': {
    usage: '<account> [--name N] [--scopes S,S] [--addresses A,A] [--expires TIME]',
    help: `Make an API key. It is printed once and kept as a hash only. Scopes: ${SCOPE_NAMES.join(', ')}; without a word all but payouts. Addresses: also ranges such as 203.0.113.0/24.`,
    run: ({ operations }, input) => operations.createApiKey(ACTOR, accountOf(input), keyLimits(input)),
  },
  'api-keys revoke': {
    usage: '<account> <key id>',
    help: 'Revoke an API key.',
    run: ({ operations }, input) =>
      done(operations.revokeApiKey(ACTOR, accountOf(input), positional(input, 1, 'key id'))),
  },
  'keys generate': {
    usage: '<account>',
    help: 'Make a client key pair; prints only the public half to hand to the bank.',
    run: ({ operations }, input) => operations.addClientKey(ACTOR, accountOf(input), undefined),
  },
  'keys import': {
    usage: '<account> [--file FILE]',
    help: 'Take in a private key as JWK or PEM, from FILE or standard input.',
    run: ({ operations }, input) =>
      operations.addClientKey(ACTOR, accountOf(input), privateJwk(readSecret(option(input, 'file') ?? '-'))),
  },
  'keys activate': {
    usage: '<account> <key id>',
    help: 'The bank uses this key from now on; the one before it still opens.',
    run: ({ operations }, input) =>
      done(operations.activateClientKey(ACTOR, accountOf(input), positional(input, 1, 'key id'))),
  },
  'keys retire': {
    usage: '<account> <key id>',
    help: 'Take a key on standby out of use.',
    run: ({ operations }, input) =>
      done(operations.retireClientKey(ACTOR, accountOf(input), positional(input, 1, 'key id'))),
  },
  'keys status': {
    usage: '',
    help: 'Which key-encrypting key is current, and how many sealed values are under which.',
    access: 'reads',
    run: ({ rotation }) => rotation.status(),
  },
  'keys rotate': {
    usage: '[--dry-run | --rewrap-only]',
    help: 'Make a new key-encrypting key current and wrap everything under it. May be stopped and run again.',
    access: (input) => (flag(input, 'dry-run') ? 'reads' : 'writes'),
    run: (services, input) =>
      flag(input, 'dry-run') ? services.rotation.status() : rotate(services, !flag(input, 'rewrap-only')),
  },
  'keys retire-old': {
    usage: '',
    help: 'Remove the key-encrypting keys before the current one from the key file, once nothing needs them. Keep a backup for old dumps.',
    run: retireOld,
  },
  'sessions list': {
    usage: '',
    help: 'Forecast of every bank session.',
    access: 'reads',
    run: ({ readings }) => readings.sessions(),
  },
  'sessions renew': {
    usage: '<account>',
    help: 'Replace the session now.',
    run: ({ operations }, input) => operations.renewSession(ACTOR, accountOf(input)),
  },
  'sessions block': {
    usage: '<account> --reason TEXT',
    help: 'No call to the bank for this account until it is unblocked.',
    run: ({ operations }, input) => done(operations.blockSession(ACTOR, accountOf(input), required(input, 'reason'))),
  },
  'sessions unblock': {
    usage: '<account>',
    help: 'Lift a block.',
    run: ({ operations }, input) => done(operations.unblockSession(ACTOR, accountOf(input))),
  },
  ...Object.fromEntries(Object.entries(DCM_COMMANDS).map(([name, command]) => [name, ofDcm(command)])),
  audit: {
    usage: '',
    help: 'The latest changes by operators.',
    access: 'reads',
    run: ({ readings }) => readings.audit(50),
  },
};

export function accessOf({ access = 'writes' }: Command, input: CommandInput): Access {
  return typeof access === 'function' ? access(input) : access;
}

/** Progress goes to standard error, the proof to standard output. */
async function rotate({ rotation, audit }: Services, withNewKek: boolean): Promise<unknown> {
  await audit.record({ actor: ACTOR, action: 'kek.rotate.start' });
  const report = ({ table, column, rewrapped, rowsPerSecond }: Progress): void => {
    process.stderr.write(`${table}.${column}: ${rewrapped} re-wrapped, ${rowsPerSecond} rows/s\n`);
  };
  const proof = await rotation.rotate(report, withNewKek);
  const { currentKek, rowsUnderOthers } = proof;
  await audit.record({ actor: ACTOR, action: 'kek.rotate.end', detail: { currentKek, rowsUnderOthers } });
  return proof;
}

async function retireOld({ rotation, audit }: Services): Promise<unknown> {
  const retired = await rotation.retireOlder();
  await audit.record({ actor: ACTOR, action: 'kek.retire', detail: { retired } });
  return { retired };
}

const privateJwk = (text: string): object => importPrivateKeyText(text).export({ format: 'jwk' });

function newAccount(input: CommandInput) {
  const clientKey = option(input, 'client-key-file');
  return parseBody(createAccount, {
    name: required(input, 'name'),
    environment: required(input, 'environment'),
    ...terminal(input),
    ...(clientKey === undefined ? {} : { clientKey: privateJwk(readSecret(clientKey)) }),
  });
}

function keyLimits(input: CommandInput) {
  const list = (name: 'scopes' | 'addresses') =>
    option(input, name)
      ?.split(',')
      .map((part) => part.trim());
  const given = {
    ...{ name: option(input, 'name'), expiresAt: option(input, 'expires') },
    ...{ scopes: list('scopes'), addresses: list('addresses') },
  };
  return parseBody(createApiKey, given);
}

const changes = (input: CommandInput) =>
  parseBody(changeAccount, {
    ...terminal(input),
    ...(option(input, 'name') === undefined ? {} : { name: option(input, 'name') }),
  });

function terminal(input: CommandInput): Record<string, string> {
  const serviceCode = option(input, 'service-code-file');
  const given = {
    baseUrl: option(input, 'base-url'),
    bankMerchantId: option(input, 'merchant-id'),
    serviceCode: serviceCode === undefined ? undefined : readSecret(serviceCode),
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
