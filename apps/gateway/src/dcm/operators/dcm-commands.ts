import { command, NOTHING, type OperatorCommand } from '../../audit/command.js';
import { DecisionLog } from '../bank-auth/decision-log.service.js';
import { CallbackRecordsService } from '../callbacks/callback-records.service.js';
import { SigningKeysService } from '../signing/signing-keys.service.js';
import { ACCESS_COMMANDS } from './access-commands.js';
import { DcmCallsService } from './dcm-calls.service.js';
import { callDcm, listDecisions, replaceKey } from './dcm-ops.dto.js';

const KEYS: readonly OperatorCommand[] = [
  command({
    id: 'dcm_key.list',
    cli: [{ name: 'dcm-keys status', help: 'Show our signing keys, and how their rotation stands.' }],
    route: { method: 'GET', path: 'dcm/keys' },
    input: NOTHING,
    of: SigningKeysService,
    run: (keys) => keys.status(),
  }),
  command({
    id: 'dcm_key.rotate',
    cli: [
      {
        name: 'dcm-keys rotate',
        help: 'Make a new key sign; the previous one stays at DCM for an hour. May be stopped and run again.',
      },
    ],
    route: { method: 'POST', path: 'dcm/keys/rotate', status: 200 },
    input: NOTHING,
    of: SigningKeysService,
    run: (keys, _input, { actor }) => keys.rotate(actor),
    audit: 'by the service',
  }),
  command({
    id: 'dcm_key.replace',
    cli: [
      {
        name: 'dcm-keys replace',
        help: 'For a key that somebody else may have: replace it at DCM at once. The one that signs where none is named.',
        args: ['key?'],
      },
    ],
    route: { method: 'POST', path: 'dcm/keys/replace', status: 200 },
    input: replaceKey,
    of: SigningKeysService,
    run: (keys, { key }, { actor }) => keys.replace(actor, key),
    audit: 'by the service',
  }),
];

const TRAFFIC: readonly OperatorCommand[] = [
  command({
    id: 'dcm_decision.list',
    cli: [
      { name: 'dcm decisions', help: 'Show the latest answers to DCM: who, what, to whom, and which check failed.' },
    ],
    route: { method: 'GET', path: 'dcm/decisions' },
    input: listDecisions,
    of: DecisionLog,
    run: (decisions, { limit }) => decisions.list(limit),
  }),
  command({
    id: 'dcm_callback.list',
    cli: [
      {
        name: 'dcm-callbacks list',
        help: 'List the latest callbacks and notices of DCM, and whether DCM confirmed them.',
      },
    ],
    route: { method: 'GET', path: 'dcm/callbacks' },
    input: listDecisions,
    of: CallbackRecordsService,
    run: (callbacks, { limit }) => callbacks.list(limit),
  }),
  command({
    id: 'dcm_callback.read',
    cli: [
      {
        name: 'dcm-callbacks show',
        help: 'Show what a callback says. It names accounts: the look is noted in the audit.',
      },
    ],
    route: { method: 'GET', path: 'dcm/callbacks/:callback' },
    input: NOTHING,
    of: CallbackRecordsService,
    run: (callbacks, { callback }) => callbacks.read(callback),
    audit: ({ callback }) => ({ action: 'dcm_callback.read', detail: { callback } }),
  }),
];

const CALLS: readonly OperatorCommand[] = [
  command({
    id: 'dcm.call',
    cli: [
      {
        name: 'dcm call',
        help: 'Run an operation of DCM. FILE: its body as JSON, or "-" for standard input. Scheme bank needs flow, obj and sub.',
        args: ['operation'],
        options: {
          scheme: { flag: 'scheme', as: 'text' },
          flow: { flag: 'flow', as: 'text' },
          obj: { flag: 'obj', as: 'text' },
          sub: { flag: 'sub', as: 'text' },
          path: { flag: 'path', as: 'json' },
          query: { flag: 'query', as: 'json' },
          body: { flag: 'file', as: 'json_file' },
        },
      },
    ],
    route: { method: 'POST', path: 'dcm/operations', status: 200 },
    input: callDcm,
    of: DcmCallsService,
    run: (calls, request, { actor }) => calls.call(actor, request),
    audit: 'by the service', // a call that failed is noted, too
  }),
];

/** What an operator does about DCM. */
export const DCM_COMMANDS: readonly OperatorCommand[] = [...[ACCESS_COMMANDS, KEYS, TRAFFIC, CALLS].flat()];
