import { DcmError } from '../error/dcm-error.js';
import { assertSecure } from '../key/jwks-cache.js';
import { type DcmOptions } from './dcm.module-definition.js';

/** Milliseconds. More is a mistake: DCM answers within its own limits. */
const MAX_TIMEOUT_MS = 600_000;

type Rule = readonly [isRight: (value: unknown) => boolean, sentence: string];

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isFunction = (value: unknown): boolean => typeof value === 'function';
const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
const hasMethods =
  (...names: string[]) =>
  (value: unknown): boolean =>
    names.every((name) => typeof membersOf(value)[name] === 'function');

const REQUIRED: ReadonlySet<string> = new Set(['baseUrl', 'counterpartyGuid', 'keys']);
const RULES: Readonly<Record<keyof DcmOptions, Rule>> = {
  baseUrl: [(value) => /^https?:$/.test(String(membersOf(value)['protocol'])), 'must be a URL of http or https'],
  counterpartyGuid: [isText, 'must be the id that DCM gave you'],
  keys: [
    hasMethods('current', 'all'),
    'must be SigningKeys, such as new InMemorySigningKeys(importSigningKey(pem, prefix))',
  ],
  employee: [
    (value) => isText(membersOf(value)['login']) && isText(membersOf(value)['password']),
    'must have a login and a password',
  ],
  timeoutMs: [
    (value) => typeof value === 'number' && value >= 1 && value <= MAX_TIMEOUT_MS,
    `must be milliseconds from 1 to ${MAX_TIMEOUT_MS}`,
  ],
  clock: [isFunction, 'must be a function that gives a Date'],
  jwks: [
    (value) => Object.values(membersOf(value)).every((limit) => Number(limit) >= 0),
    'must hold limits in milliseconds',
  ],
  issued: [hasMethods('record', 'has'), 'must be an IssuedTokens'],
  replay: [hasMethods('claim'), 'must be a ReplayMemory'],
  acceptForwarded: [isFlag, 'must be true or false'],
  allowInsecure: [isFlag, 'must be true or false'],
  audit: [isFunction, 'must be a function'],
};

/**
 * The options as they are, once they can work.
 * @throws DcmError `DCM_CONFIGURATION`: a sentence that names the option and quotes nothing but numbers
 */
export function checkOptions(options: DcmOptions): DcmOptions {
  const given = membersOf(options);
  for (const [name, [isRight, sentence]] of Object.entries(RULES)) {
    const value = given[name];
    if (value === undefined && !REQUIRED.has(name)) continue;
    if (!isRight(value)) throw invalid(name, `${sentence}${typeof value === 'number' ? `, not ${value}` : ''}`);
  }
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(RULES, name));
  if (stranger !== undefined) throw invalid(stranger, `is no option; there are ${Object.keys(RULES).join(', ')}`);
  assertSecure(options.baseUrl, options.allowInsecure ?? false);
  return options;
}

const invalid = (member: string, sentence: string): DcmError =>
  new DcmError('DCM_CONFIGURATION', `DcmModule: the option ${member} ${sentence}`, { member, noEffect: true });
