import { type DcmTokens, type NewAuthorization } from '../token/dcm-tokens.js';
import { type EmployeeLogin, type EmployeeSession } from './employee-session.js';

/** Scheme BANK: our own token, bare, in `CX-Authorization`, and no `Authorization`. */
export interface BankCredential extends NewAuthorization {
  readonly scheme: 'bank';
  /** For the first attempt, e.g. the token of a dry run; a repeat gets a fresh one. */
  readonly token?: string;
}
/** Scheme DCM: the employee's session in `Authorization`, and no `CX-Authorization`. */
export interface DcmCredential {
  readonly scheme: 'dcm';
}
/** What a call of the bank guide shows: the bank's own token, or the employee's session. */
export type Credential = BankCredential | DcmCredential;

type Headers = Readonly<Record<string, string>>;

/** What one call shows, attempt by attempt. A 401 asks for another one, once. */
export interface Pass {
  readonly repeatable: boolean;
  show(): Promise<Headers>;
}

export const NO_PASS: Pass = { repeatable: false, show: () => Promise.resolve({}) };

export class RequestPass implements Pass {
  readonly repeatable = true;
  readonly #tokens: DcmTokens;

  constructor(tokens: DcmTokens) {
    this.#tokens = tokens;
  }

  async show(): Promise<Headers> {
    return { 'CX-Authorization': await this.#tokens.request() };
  }
}

export class BankPass implements Pass {
  readonly repeatable = true;
  readonly #tokens: DcmTokens;
  readonly #credential: BankCredential;
  #given: string | undefined;

  constructor(tokens: DcmTokens, credential: BankCredential) {
    this.#tokens = tokens;
    this.#credential = credential;
    this.#given = credential.token;
  }

  async show(): Promise<Headers> {
    const token = this.#given ?? (await this.#tokens.authorization(this.#credential));
    this.#given = undefined;
    return { 'CX-Authorization': token };
  }
}

export class EmployeePass implements Pass {
  readonly repeatable = true;
  readonly #session: EmployeeSession;
  #login: EmployeeLogin | undefined;

  constructor(session: EmployeeSession) {
    this.#session = session;
  }

  async show(): Promise<Headers> {
    this.#login = await (this.#login ? this.#session.renew(this.#login) : this.#session.current());
    return { Authorization: this.#login.authorization() };
  }
}
