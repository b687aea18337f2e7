import { randomBytes, randomUUID, scryptSync, timingSafeEqual } from 'node:crypto';
import { type EmployeeSeed } from './counterparties.js';
import { refuse } from './refusal.js';
import { type JsonObject } from './strict-json.js';

export interface Employee {
  readonly guid: string;
  readonly counterpartyGuid: string;
  readonly login: string;
  readonly roles: readonly string[];
  /** Members of the request as they came. */
  readonly profile: JsonObject;
  /** Salt and scrypt hash, base64url; absent until a password is set. */
  readonly password?: string;
  /** Came with its counterparty: survives a reset. */
  readonly seeded: boolean;
}

const hashOf = (password: string, salt: Buffer): Buffer => scryptSync(password, salt, 32, { N: 4_096 });

const seal = (password: string): string => {
  const salt = randomBytes(16);
  return `${salt.toString('base64url')}.${hashOf(password, salt).toString('base64url')}`;
};

const opens = (password: string, sealed: string): boolean => {
  const [salt = '', hash = ''] = sealed.split('.');
  return timingSafeEqual(hashOf(password, Buffer.from(salt, 'base64url')), Buffer.from(hash, 'base64url'));
};

/** The oldest guide: 8 characters with upper case, lower case, digit and special character. */
const isStrong = (password: string): boolean =>
  password.length >= 8 && [/\p{Lu}/u, /\p{Ll}/u, /\d/, /[^\p{L}\d]/u].every((kind) => kind.test(password));

const keyOf = (login: string): string => login.toLowerCase();

/** Internal users of the counterparties. A login names one employee on the whole platform. */
export class Employees {
  private readonly byLogin = new Map<string, Employee>();

  /** @throws WireError 400 as published, when the login is taken. */
  create(counterpartyGuid: string, login: string, profile: JsonObject): Employee {
    if (this.find(login)) throw refuse(400, 'create employee identity: 409 Conflict');
    const { roles } = profile;
    const named = Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [];
    return this.save({ guid: randomUUID(), counterpartyGuid, login, roles: named, profile, seeded: false });
  }

  /** Replaces an employee of the same counterparty. @throws Error when another one owns the login. */
  seed(counterpartyGuid: string, { login, password, roles }: EmployeeSeed): void {
    const known = this.find(login);
    if (known && known.counterpartyGuid !== counterpartyGuid)
      throw new Error(`employee ${login} belongs to another counterparty`);
    const guid = known?.guid ?? randomUUID();
    const profile = known?.profile ?? { email: login };
    this.save({ guid, counterpartyGuid, login, roles, profile, password: seal(password), seeded: true });
  }

  /** What the back office does with the code from the e-mail. @throws Error */
  setPassword(login: string, password: string): void {
    const employee = this.find(login);
    if (!employee) throw new Error('login is not known');
    if (!isStrong(password))
      throw new Error('password needs 8 characters with upper case, lower case, digit and special character');
    this.save({ ...employee, password: seal(password) });
  }

  authenticate(login: string, password: string): Employee | undefined {
    const employee = this.find(login);
    return employee?.password !== undefined && opens(password, employee.password) ? employee : undefined;
  }

  find(login: string): Employee | undefined {
    return this.byLogin.get(keyOf(login));
  }

  list(counterpartyGuid: string): readonly Employee[] {
    return this.snapshot().filter((employee) => employee.counterpartyGuid === counterpartyGuid);
  }

  /** Forgets whom a call created. */
  settle(): void {
    for (const [key, { seeded }] of this.byLogin) if (!seeded) this.byLogin.delete(key);
  }

  snapshot(): readonly Employee[] {
    return [...this.byLogin.values()];
  }

  load(employees: readonly Employee[]): void {
    for (const employee of employees) this.save(employee);
  }

  private save(employee: Employee): Employee {
    this.byLogin.set(keyOf(employee.login), employee);
    return employee;
  }
}
