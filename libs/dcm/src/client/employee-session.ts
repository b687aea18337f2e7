import { Inject, Injectable } from '@nestjs/common';
import { type z } from 'zod';
import { DcmError } from '../error/dcm-error.js';
import { type DcmAnswer, type DcmRequest, DcmTransport } from './dcm-transport.js';
import { DCM_OPTIONS, type DcmEmployee, type DcmOptions } from '../module/dcm.module-definition.js';
import { LOGIN_FLOW_PATH, LOGIN_PATH } from './operations.js';
import { parseJsonObject } from '../token/strict-json.js';
import { loginFlowWire, loginWire } from '../wire/bank.wire.js';

/** Milliseconds without a new attempt after a refused log-in: DCM locks out after five in a minute. */
const REFUSED_MS = 15_000;

/** Prints nothing of itself. */
export class EmployeeLogin {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  authorization(): string {
    return `Bearer ${this.#token}`;
  }
}

/**
 * The employee's session, in memory only, one for all callers; Ory Kratos native flow.
 * Source: bank guide, "Log in"; Kratos reference.
 */
@Injectable()
export class EmployeeSession {
  readonly #employee: DcmEmployee | undefined;
  readonly #clock: () => Date;
  readonly #transport: DcmTransport;
  #login: EmployeeLogin | undefined;
  #flight: Promise<EmployeeLogin> | undefined;
  #refusedUntil = Number.NEGATIVE_INFINITY;

  constructor(@Inject(DCM_OPTIONS) { employee, clock }: DcmOptions, transport: DcmTransport) {
    this.#employee = employee;
    this.#clock = clock ?? (() => new Date());
    this.#transport = transport;
  }

  /** @throws DcmError `DCM_LOGIN_FAILED`, `DCM_CONFIGURATION`, `DCM_UNAVAILABLE` */
  current(): Promise<EmployeeLogin> {
    return this.#login ? Promise.resolve(this.#login) : this.#shareLogIn();
  }

  /** A log-in other than `refused`: another caller's if there is one, else a new one. @throws DcmError as `current` */
  renew(refused: EmployeeLogin): Promise<EmployeeLogin> {
    if (this.#login === refused) this.#login = undefined;
    return this.current();
  }

  #shareLogIn(): Promise<EmployeeLogin> {
    this.#flight ??= this.#logIn().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #logIn(): Promise<EmployeeLogin> {
    const employee = this.#employee;
    if (!employee) throw new DcmError('DCM_CONFIGURATION', 'Scheme DCM needs an employee', { member: 'employee' });
    if (this.#clock().getTime() < this.#refusedUntil) throw loginFailed('refused_before');
    const url = this.#transport.resolve(LOGIN_FLOW_PATH);
    const flow = await this.#exchange({ method: 'GET', url, headers: {} }, loginFlowWire);
    const login = await this.#exchange(this.#buildLogIn(flow, employee), loginWire);
    this.#login = new EmployeeLogin(login.session_token);
    return this.#login;
  }

  #buildLogIn({ id, ui }: z.output<typeof loginFlowWire>, employee: DcmEmployee): DcmRequest {
    const csrf = ui.nodes.find(({ attributes }) => attributes.name === 'csrf_token')?.attributes.value;
    const form = new URLSearchParams({
      csrf_token: typeof csrf === 'string' ? csrf : '',
      [employee.loginField ?? 'identifier']: employee.login,
      method: 'password',
      password: employee.password,
    });
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url: this.#chooseAction(ui.action, id), headers, body: form.toString() };
  }

  /** The flow's own address only where it is on the configured host: the password goes nowhere else. */
  #chooseAction(action: string | undefined, id: string): URL {
    const url = action === undefined ? null : URL.parse(action);
    if (url?.origin === this.#transport.baseUrl.origin) return url;
    return this.#transport.resolve(`${LOGIN_PATH}?flow=${encodeURIComponent(id)}`);
  }

  async #exchange<T>(request: DcmRequest, wire: z.ZodType<T>): Promise<T> {
    const answer = await this.#send(request);
    if (answer.status !== 200) throw this.#refuse(answer.status);
    const parsed = wire.safeParse(readJson(answer));
    if (!parsed.success) throw loginFailed('schema_mismatch');
    return parsed.data;
  }

  /** A log-in moves no money: its lost answer is just a log-in that failed. */
  async #send(request: DcmRequest): Promise<DcmAnswer> {
    try {
      return await this.#transport.send({ ...request, headers: { ...request.headers, Accept: 'application/json' } });
    } catch (error) {
      throw loginFailed(error instanceof DcmError ? error.reason : undefined);
    }
  }

  #refuse(httpStatus: number): DcmError {
    if (httpStatus < 500) this.#refusedUntil = this.#clock().getTime() + REFUSED_MS;
    return loginFailed(`http_${httpStatus}`, httpStatus);
  }
}

function readJson({ body }: DcmAnswer): unknown {
  try {
    return parseJsonObject(body);
  } catch {
    throw loginFailed('not_json');
  }
}

const loginFailed = (reason = 'transport', httpStatus?: number): DcmError =>
  new DcmError('DCM_LOGIN_FAILED', `The employee could not log in: ${reason}`, { reason, httpStatus, noEffect: true });
