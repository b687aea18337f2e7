import { AllianceError } from '../error/alliance-error.js';
import { readBankKey } from '../jws/bank-keys.js';
import { type AllianceOptions } from './alliance.module-definition.js';

/** Milliseconds. More is a mistake: the bank answers within a second or two. */
const MAX_TIMEOUT_MS = 600_000;

type Rule = readonly [isRight: (value: unknown) => boolean, sentence: string];

const hasMethods =
  (...names: string[]) =>
  (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function');
const isTime = (value: unknown): boolean => typeof value === 'number' && value >= 1 && value <= MAX_TIMEOUT_MS;
const isFunction = (value: unknown): boolean => typeof value === 'function';

const TIME: Rule = [isTime, `must be milliseconds from 1 to ${MAX_TIMEOUT_MS}`];
const RULES: Readonly<Record<keyof AllianceOptions, Rule>> = {
  accounts: [hasMethods('load'), 'must be an AllianceAccounts, an object with a method load(accountId)'],
  sessions: [
    hasMethods('load', 'replace', 'noteUndecryptable', 'noteDecrypted'),
    'must be a SessionStore: extend that class, or leave it out to keep sessions in memory',
  ],
  timeoutMs: TIME,
  callTimeoutMs: TIME,
  clock: [isFunction, 'must be a function that gives a Date'],
  bankKeys: [areKeys, 'must be public keys in PEM by their kid'],
  onNewBankKey: [isFunction, 'must be a function'],
  signatureTimeAsText: [(value) => typeof value === 'boolean', 'must be true or false'],
};

/**
 * The options as they are, once they can work.
 * @throws AllianceError `ALLIANCE_INVALID_OPTIONS`: a sentence that names the option and quotes nothing but numbers
 */
export function checkOptions(options: AllianceOptions): AllianceOptions {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null)
    throw invalid('accounts', 'is missing');
  for (const [name, [isRight, sentence]] of Object.entries(RULES)) {
    const value: unknown = options[name as keyof AllianceOptions];
    if (value === undefined && name !== 'accounts') continue;
    if (!isRight(value)) throw invalid(name, `${sentence}${typeof value === 'number' ? `, not ${value}` : ''}`);
  }
  const stranger = Object.keys(options).find((name) => !Object.hasOwn(RULES, name));
  if (stranger !== undefined) throw invalid(stranger, `is no option; there are ${Object.keys(RULES).join(', ')}`);
  return options;
}

function areKeys(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    Object.values(value).forEach(readBankKey);
    return true;
  } catch {
    return false;
  }
}

const invalid = (member: string, sentence: string): AllianceError =>
  new AllianceError('ALLIANCE_INVALID_OPTIONS', `AllianceModule: the option ${member} ${sentence}`, {
    member,
    noEffect: true,
  });
