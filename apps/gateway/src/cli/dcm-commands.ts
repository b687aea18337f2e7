import { readFileSync } from 'node:fs';
import { type Access } from '../audit/command.js';
import { type DecisionLog } from '../dcm/bank-auth/decision-log.service.js';
import { type CallbackRecordsService } from '../dcm/callbacks/callback-records.service.js';
import { addReceiver } from '../dcm/creditor/creditor.dto.js';
import { type ReceiversService } from '../dcm/creditor/receivers.service.js';
import { type AccessService } from '../dcm/operators/access.service.js';
import { addObject, addRule, addSubject, callDcm } from '../dcm/operators/dcm-ops.dto.js';
import { type DcmCallsService } from '../dcm/operators/dcm-calls.service.js';
import { type SigningKeysService } from '../dcm/signing/signing-keys.service.js';
import { CliError } from './cli-error.js';
import { type CommandInput, option, parseBody, positional } from './command-input.js';

/** What commands about DCM work with. */
export interface DcmServices {
  readonly access: AccessService;
  readonly calls: DcmCallsService;
  readonly keys: SigningKeysService;
  readonly decisions: DecisionLog;
  readonly callbacks: CallbackRecordsService;
  readonly receivers: ReceiversService;
}

export interface DcmCommand {
  readonly usage: string;
  readonly help: string;
  /** What it does to the installation; default: it writes. */
  readonly access?: Access;
  readonly run: (services: DcmServices, input: CommandInput) => Promise<unknown>;
}

const ACTOR = 'cli';
const DECISIONS = 50;
const done = async (work: Promise<unknown>): Promise<{ done: true }> => {
  await work;
  return { done: true };
};
const setDisabled = (table: 'dcm_subject' | 'dcm_object', disabled: boolean): DcmCommand['run'] => {
  const name = table === 'dcm_subject' ? 'sub' : 'object id';
  return ({ access }, input) => done(access.setDisabled(ACTOR, table, positional(input, 0, name), disabled));
};

/** What an operator does about DCM at the command line; the routes below /ops/dcm do the same. */
export const DCM_COMMANDS: Readonly<Record<string, DcmCommand>> = {
  'dcm-subjects list': {
    usage: '',
    help: 'List the employees and technical users that may ask anything at all.',
    access: 'reads',
    run: ({ access }) => access.subjects(),
  },
  'dcm-subjects add': {
    usage: '<sub> [--kind employee|technical]',
    help: 'Make a subject known. It may do nothing until a rule says so.',
    access: 'installs',
    run: ({ access }, input) =>
      access.addSubject(
        ACTOR,
        parseBody(addSubject, given({ sub: positional(input, 0, 'sub'), kind: option(input, 'kind') })),
      ),
  },
  'dcm-subjects disable': {
    usage: '<sub>',
    help: 'Deny everything to a subject from now on.',
    run: setDisabled('dcm_subject', true),
  },
  'dcm-subjects enable': {
    usage: '<sub>',
    help: 'Let its rules count again.',
    run: setDisabled('dcm_subject', false),
  },
  'dcm-objects list': {
    usage: '[--login L]',
    help: 'List customers and key keepers, without their secrets.',
    access: 'reads',
    run: ({ access }, input) => access.objects(option(input, 'login')),
  },
  'dcm-objects add': {
    usage: '<login> [--external-id ID] [--file FILE]',
    help: 'Make a customer or key keeper known, and its secret. FILE: JSON with firstName, lastName, email, phone.',
    access: 'installs',
    run: ({ access }, input) => access.addObject(ACTOR, parseBody(addObject, newObject(input))),
  },
  'dcm-objects disable': {
    usage: '<object id>',
    help: 'Deny everything about an object from now on.',
    run: setDisabled('dcm_object', true),
  },
  'dcm-objects enable': {
    usage: '<object id>',
    help: 'Let its rules count again. Its secret is the same as ever.',
    run: setDisabled('dcm_object', false),
  },
  'dcm-rules list': {
    usage: '',
    help: 'Who may do which flow to whom.',
    access: 'reads',
    run: ({ access }) => access.rules(),
  },
  'dcm-rules add': {
    usage: '<sub or *> <flow> <object id or *>',
    help: 'Permit a flow: sign-in, sign-up, sign-up-processing or sign-up-emission. Quote the "*".',
    run: ({ access }, input) =>
      access.addRule(
        ACTOR,
        parseBody(addRule, {
          sub: positional(input, 0, 'sub or *'),
          flow: positional(input, 1, 'flow'),
          object: positional(input, 2, 'object id or *'),
        }),
      ),
  },
  'dcm-rules remove': {
    usage: '<rule id>',
    help: 'Remove a rule; it counts no more with the next question.',
    run: ({ access }, input) => done(access.removeRule(ACTOR, positional(input, 0, 'rule id'))),
  },
  'dcm-keys status': {
    usage: '',
    help: 'Our signing keys, and how their rotation stands.',
    access: 'reads',
    run: ({ keys }) => keys.status(),
  },
  'dcm-keys rotate': {
    usage: '',
    help: 'Make a new key sign; the one before it stays at DCM for an hour. May be stopped and run again.',
    run: ({ keys }) => keys.rotate(ACTOR),
  },
  'dcm-keys replace': {
    usage: '[<key id>]',
    help: 'For a key that somebody else may have: replace it at DCM at once. The one that signs where none is named.',
    run: ({ keys }, input) => keys.replace(ACTOR, input.positionals[0]),
  },
  'dcm decisions': {
    usage: '',
    help: 'The latest answers to DCM: who, what, to whom, and which check failed.',
    access: 'reads',
    run: ({ decisions }) => decisions.list(DECISIONS),
  },
  'dcm-callbacks list': {
    usage: '',
    help: 'The latest callbacks and notices of DCM, and whether DCM confirmed them.',
    access: 'reads',
    run: ({ callbacks }) => callbacks.list(DECISIONS),
  },
  'dcm-callbacks show': {
    usage: '<callback id>',
    help: 'What a callback says. It names accounts: the look is noted in the audit.',
    run: ({ callbacks }, input) => callbacks.read(ACTOR, positional(input, 0, 'callback id')),
  },
  'dcm-receivers list': {
    usage: '',
    help: 'Accounts whose owners other banks may ask for, without names and tax numbers.',
    access: 'reads',
    run: ({ receivers }) => receivers.list(),
  },
  'dcm-receivers add': {
    usage: '<IBAN> --file FILE',
    help: 'Let other banks be told who owns an account. FILE: JSON with name and taxNumber, or "-" for standard input.',
    access: 'installs',
    run: ({ receivers }, input) => receivers.add(ACTOR, parseBody(addReceiver, newReceiver(input))),
  },
  'dcm-receivers disable': {
    usage: '<receiver id>',
    help: 'Tell nobody about an account from now on.',
    run: ({ receivers }, input) => done(receivers.setDisabled(ACTOR, positional(input, 0, 'receiver id'), true)),
  },
  'dcm-receivers enable': {
    usage: '<receiver id>',
    help: 'Tell other banks about the account again.',
    run: ({ receivers }, input) => done(receivers.setDisabled(ACTOR, positional(input, 0, 'receiver id'), false)),
  },
  'dcm call': {
    usage: '<operation> [--scheme bank|dcm] [--flow F --obj O --sub S] [--path JSON] [--query JSON] [--file FILE]',
    help: 'Run an operation of DCM. FILE: its body as JSON, or "-" for standard input. Scheme bank needs flow, obj and sub.',
    run: ({ calls }, input) => calls.call(ACTOR, parseBody(callDcm, callOf(input))),
  },
};

function newObject(input: CommandInput): object {
  const file = option(input, 'file');
  const login = positional(input, 0, 'login');
  return given({ ...(file === undefined ? {} : readJson(file)), login, externalId: option(input, 'external-id') });
}

function newReceiver(input: CommandInput): object {
  const file = option(input, 'file');
  const account = positional(input, 0, 'IBAN');
  return { ...(file === undefined ? {} : readJson(file)), account };
}

function callOf(input: CommandInput): object {
  const [file, path, query] = [option(input, 'file'), option(input, 'path'), option(input, 'query')];
  return given({
    operation: positional(input, 0, 'operation'),
    scheme: option(input, 'scheme'),
    flow: option(input, 'flow'),
    obj: option(input, 'obj'),
    sub: option(input, 'sub'),
    path: path === undefined ? undefined : toJson(path, '--path'),
    query: query === undefined ? undefined : toJson(query, '--query'),
    body: file === undefined ? undefined : readJson(file),
  });
}

const given = (members: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

function readJson(path: string): object {
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch {
    throw new CliError(`${path === '-' ? 'standard input' : path} cannot be read`);
  }
  return toJson(text, path);
}

function toJson(text: string, name: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // said below, without the parser's quotation of the text
  }
  throw new CliError(`${name} is no JSON object`);
}
