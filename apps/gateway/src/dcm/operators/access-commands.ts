import { command, NOTHING, type OperatorCommand } from '../../audit/command.js';
import { addReceiver } from '../creditor/creditor.dto.js';
import { ReceiversService } from '../creditor/receivers.service.js';
import { AccessService } from './access.service.js';
import { addObject, addRule, addSubject, changeEntry, listObjects } from './dcm-ops.dto.js';

/** The two names of a route that takes `{"disabled":…}`. */
const disabling = (noun: string, deny: string, allow: string) => [
  { name: `${noun} disable`, help: deny, fixed: { disabled: true } },
  { name: `${noun} enable`, help: allow, fixed: { disabled: false } },
];
const verbOf = (disabled: boolean): 'disable' | 'enable' => (disabled ? 'disable' : 'enable');

const SUBJECTS: readonly OperatorCommand[] = [
  command({
    id: 'dcm_subject.list',
    cli: [{ name: 'dcm-subjects list', help: 'List the employees and technical users that may ask anything at all.' }],
    route: { method: 'GET', path: 'dcm/subjects' },
    input: NOTHING,
    of: AccessService,
    run: (access) => access.subjects(),
  }),
  command({
    id: 'dcm_subject.add',
    cli: [
      {
        name: 'dcm-subjects add',
        help: 'Make a subject known. It may do nothing until a rule says so.',
        args: ['sub'],
        options: { kind: { flag: 'kind', as: 'text' } },
      },
    ],
    route: { method: 'POST', path: 'dcm/subjects' },
    input: addSubject,
    access: 'installs',
    of: AccessService,
    run: (access, subject) => access.addSubject(subject),
    audit: ({ sub, kind }) => ({ action: 'dcm_subject.add', detail: { subject: sub, kind } }),
  }),
  command({
    id: 'dcm_subject.change',
    summary: 'Disable or enable a subject.',
    cli: disabling('dcm-subjects', 'Deny everything to a subject from now on.', 'Let its rules count again.'),
    route: { method: 'PATCH', path: 'dcm/subjects/:subject', status: 204 },
    input: changeEntry,
    of: AccessService,
    run: (access, { subject, disabled }) => access.setDisabled('dcm_subject', subject, disabled),
    audit: ({ subject, disabled }) => ({ action: `dcm_subject.${verbOf(disabled)}`, detail: { subject } }),
  }),
];

const OBJECTS: readonly OperatorCommand[] = [
  command({
    id: 'dcm_object.list',
    cli: [
      {
        name: 'dcm-objects list',
        help: 'List customers and key keepers, without their secrets.',
        options: { login: { flag: 'login', as: 'text' } },
      },
    ],
    route: { method: 'GET', path: 'dcm/objects' },
    input: listObjects,
    of: AccessService,
    run: (access, { login }) => access.objects(login),
  }),
  command({
    id: 'dcm_object.add',
    cli: [
      {
        name: 'dcm-objects add',
        help: 'Make a customer or key keeper known, and its secret. FILE: JSON with firstName, lastName, email, phone.',
        args: ['login'],
        options: {
          externalId: { flag: 'external-id', as: 'text' },
          profile: { flag: 'file', as: 'members_file' },
        },
      },
    ],
    route: { method: 'POST', path: 'dcm/objects' },
    input: addObject,
    access: 'installs',
    of: AccessService,
    run: (access, object) => access.addObject(object),
    audit: (_input, { id }) => ({ action: 'dcm_object.add', detail: { object: id } }),
  }),
  command({
    id: 'dcm_object.change',
    summary: 'Disable or enable an object.',
    cli: disabling(
      'dcm-objects',
      'Deny everything about an object from now on.',
      'Let its rules count again. Its secret is the same as ever.',
    ),
    route: { method: 'PATCH', path: 'dcm/objects/:object', status: 204 },
    input: changeEntry,
    of: AccessService,
    run: (access, { object, disabled }) => access.setDisabled('dcm_object', object, disabled),
    audit: ({ object, disabled }) => ({ action: `dcm_object.${verbOf(disabled)}`, detail: { object } }),
  }),
];

const RULES: readonly OperatorCommand[] = [
  command({
    id: 'dcm_rule.list',
    cli: [{ name: 'dcm-rules list', help: 'Show who may do which flow to whom.' }],
    route: { method: 'GET', path: 'dcm/rules' },
    input: NOTHING,
    of: AccessService,
    run: (access) => access.rules(),
  }),
  command({
    id: 'dcm_rule.add',
    cli: [
      {
        name: 'dcm-rules add',
        help: 'Permit a flow: sign-in, sign-up, sign-up-processing or sign-up-emission. Sub and object may be "*", in quotes.',
        args: ['sub', 'flow', 'object'],
      },
    ],
    route: { method: 'POST', path: 'dcm/rules' },
    input: addRule,
    of: AccessService,
    run: (access, rule) => access.addRule(rule),
    audit: ({ sub, flow, object }, { id }) => ({
      action: 'dcm_rule.add',
      detail: { rule: id, subject: sub, flow, object },
    }),
  }),
  command({
    id: 'dcm_rule.remove',
    cli: [{ name: 'dcm-rules remove', help: 'Remove a rule: the next request of DCM is judged without it.' }],
    route: { method: 'DELETE', path: 'dcm/rules/:rule', status: 204 },
    input: NOTHING,
    of: AccessService,
    run: (access, { rule }) => access.removeRule(rule),
    audit: ({ rule }, { subjectId: subject, flow, objectId: object }) => ({
      action: 'dcm_rule.remove',
      detail: { rule, subject, flow, object },
    }),
  }),
];

const RECEIVERS: readonly OperatorCommand[] = [
  command({
    id: 'dcm_receiver.list',
    cli: [
      {
        name: 'dcm-receivers list',
        help: 'List accounts whose owners other banks may ask for, without names and tax numbers.',
      },
    ],
    route: { method: 'GET', path: 'dcm/receivers' },
    input: NOTHING,
    of: ReceiversService,
    run: (receivers) => receivers.list(),
  }),
  command({
    id: 'dcm_receiver.add',
    cli: [
      {
        name: 'dcm-receivers add',
        help: 'Let other banks be told who owns an account. FILE: JSON with name and taxNumber, or "-" for standard input.',
        args: ['account'],
        options: { owner: { flag: 'file', as: 'members_file', isNeeded: true } },
      },
    ],
    route: { method: 'POST', path: 'dcm/receivers' },
    input: addReceiver,
    access: 'installs',
    of: ReceiversService,
    run: (receivers, receiver) => receivers.add(receiver),
    audit: (_input, { id }) => ({ action: 'dcm_receiver.add', detail: { receiver: id } }),
  }),
  command({
    id: 'dcm_receiver.change',
    summary: 'Disable or enable a receiver.',
    cli: disabling(
      'dcm-receivers',
      'Tell nobody about an account from now on.',
      'Tell other banks about the account again.',
    ),
    route: { method: 'PATCH', path: 'dcm/receivers/:receiver', status: 204 },
    input: changeEntry,
    of: ReceiversService,
    run: (receivers, { receiver, disabled }) => receivers.setDisabled(receiver, disabled),
    audit: ({ receiver, disabled }) => ({ action: `dcm_receiver.${verbOf(disabled)}`, detail: { receiver } }),
  }),
];

/** Who may do what to whom, and whom other banks may ask for. */
export const ACCESS_COMMANDS: readonly OperatorCommand[] = [...[SUBJECTS, OBJECTS, RULES, RECEIVERS].flat()];
