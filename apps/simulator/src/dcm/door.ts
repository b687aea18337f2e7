import { type Counterparty } from './counterparties.js';
import { type DcmSettings } from './dcm-settings.js';
import { type JwkRecords } from './jwk-records.js';
import { type LogIn } from './log-in.js';
import { Refusal } from './refusal.js';
import { type Flow, verifyToken } from './verifier.js';
import { byAnyClock, type Clocks } from './clocks.js';

/** As they came; blank counts as absent (G8). */
export interface Credentials {
  readonly cxAuthorization: string;
  readonly authorization: string;
}

export interface BankCaller {
  readonly scheme: 'bank';
  readonly sub: string;
  readonly flow: Flow;
  readonly obj: string;
  /** Unix seconds. */
  readonly exp: number;
  readonly token: string;
  readonly kid: string;
}

export interface EmployeeCaller {
  readonly scheme: 'dcm';
  readonly sub: string;
  readonly roles: readonly string[];
}

export type Caller = BankCaller | EmployeeCaller;

export interface DoorOptions {
  readonly records: JwkRecords;
  readonly logIn: LogIn;
  readonly settings: () => DcmSettings;
  readonly clocks: Clocks;
}

const BEARER = /^bearer +(\S+)$/i;

/** Session token of an Authorization header; undefined when it is something else. */
export const bearerOf = (authorization: string): string | undefined => BEARER.exec(authorization)?.[1];

/** Who is calling: a bank by its token, or an employee by his session. Never both (G8). */
export class Door {
  constructor(private readonly options: DoorOptions) {}

  /** @throws Refusal */
  admit(counterparty: Counterparty, { cxAuthorization, authorization }: Credentials): Caller {
    if (cxAuthorization !== '' && authorization !== '') throw new Refusal('both_credentials');
    if (cxAuthorization !== '') return this.verify(counterparty, cxAuthorization);
    if (authorization !== '') return this.recognize(counterparty, authorization);
    throw new Refusal('no_credential');
  }

  /** G9: an administrator, or whoever holds a registered key. @throws Refusal */
  admitKeyManager(counterparty: Counterparty, credentials: Credentials): Caller {
    const caller = this.admit(counterparty, credentials);
    if (caller.scheme === 'dcm' && !caller.roles.includes('Administrator')) throw new Refusal('not_administrator');
    return caller;
  }

  /** Profile A against the keys of the counterparty in the path. @throws Refusal */
  verify(counterparty: Counterparty, token: string): BankCaller {
    const { records, settings, clocks } = this.options;
    const check = {
      profile: 'authorization',
      keys: records.keysOf(counterparty.guid),
      lifetimeCheck: settings().lifetime_check,
    } as const;
    const { kid, claims } = byAnyClock(clocks, (now) => verifyToken(token, { ...check, now }));
    const { flow, obj, sub, exp } = claims as unknown as BankCaller;
    return { scheme: 'bank', flow, obj, sub, exp, token, kid };
  }

  private recognize(counterparty: Counterparty, authorization: string): EmployeeCaller {
    const employee = this.options.logIn.employeeOf(bearerOf(authorization) ?? '');
    if (!employee) throw new Refusal('session_unknown');
    if (employee.counterpartyGuid !== counterparty.guid) throw new Refusal('counterparty_mismatch');
    return { scheme: 'dcm', sub: employee.login, roles: employee.roles };
  }
}
