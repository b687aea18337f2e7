import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type Employee, type Employees } from './employees.js';
import { type JsonObject } from './strict-json.js';

const FLOW_MS = 600_000;
export const EMPLOYEE_SESSION_MS = 8 * 3_600_000;
const FAILURES = 5;
const FAILURE_WINDOW_MS = 60_000;

interface LoginFlow {
  readonly id: string;
  readonly issuedAt: number;
}

/** Keyed by the hash of its token: the token itself is not kept. */
interface EmployeeSession {
  readonly tokenHash: string;
  readonly login: string;
  readonly expiresAt: number;
}

export interface LogInSnapshot {
  readonly flows: readonly LoginFlow[];
  readonly sessions: readonly EmployeeSession[];
}

export interface LogInAnswer {
  readonly httpStatus: number;
  readonly body: JsonObject;
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

const isoSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const CSRF_NODE = {
  type: 'input',
  group: 'default',
  attributes: { name: 'csrf_token', type: 'hidden', value: '', required: true, disabled: false },
};

const message = (id: number, text: string) => ({ id, text, type: 'error' });
const WRONG = message(4_000_006, 'The provided credentials are invalid.');
const MALFORMED = message(4_000_001, 'The form is malformed.');

/** Both names of the e-mail field are taken (G16). */
const readForm = (form: URLSearchParams): { login: string; password: string } | undefined => {
  const login = form.get('identifier') ?? form.get('password_identifier') ?? '';
  const password = form.get('password') ?? '';
  return form.get('method') === 'password' && login !== '' && password !== '' ? { login, password } : undefined;
};

const kratosError = (code: number, id: string): LogInAnswer => ({ httpStatus: code, body: { error: { code, id } } });

/** Ory Kratos' flow for native applications (section 8, G16). */
export class LogIn {
  private readonly flows = new Map<string, LoginFlow>();
  private readonly sessions = new Map<string, EmployeeSession>();
  private readonly failures = new Map<string, readonly number[]>();

  constructor(
    private readonly employees: Employees,
    private readonly now: () => number,
  ) {}

  /** `action` is where the form goes, without the flow. */
  start(action: string, bearer?: string): LogInAnswer {
    if (bearer !== undefined && this.employeeOf(bearer)) return kratosError(400, 'session_already_available');
    const flow = { id: randomUUID(), issuedAt: this.now() };
    this.flows.set(flow.id, flow);
    return { httpStatus: 200, body: this.view(flow, action) };
  }

  /** `form` is undefined when the body was not form-encoded. */
  submit(flowId: string, form: URLSearchParams | undefined, action: string): LogInAnswer {
    const flow = this.flows.get(flowId);
    if (!flow || this.now() - flow.issuedAt >= FLOW_MS) return kratosError(410, 'self_service_flow_expired');
    const again = (problem: JsonObject) => ({ httpStatus: 400, body: this.view(flow, action, problem) });
    const entered = form && readForm(form);
    if (!entered) return again(MALFORMED);
    const { login, password } = entered;
    if (this.isThrottled(login)) return kratosError(429, 'too_many_requests');
    const employee = this.employees.authenticate(login, password);
    if (!employee) {
      this.countFailure(login);
      return again(WRONG);
    }
    this.flows.delete(flowId);
    return { httpStatus: 200, body: this.open(employee) };
  }

  employeeOf(token: string): Employee | undefined {
    const session = this.sessions.get(hashOf(token));
    return session && session.expiresAt > this.now() ? this.employees.find(session.login) : undefined;
  }

  /** Ends every session. */
  expire(): number {
    const { size } = this.sessions;
    this.sessions.clear();
    return size;
  }

  clear(): void {
    for (const memory of [this.flows, this.sessions, this.failures]) memory.clear();
  }

  snapshot(): LogInSnapshot {
    return { flows: [...this.flows.values()], sessions: [...this.sessions.values()] };
  }

  load({ flows, sessions }: LogInSnapshot): void {
    for (const flow of flows) this.flows.set(flow.id, flow);
    for (const session of sessions) this.sessions.set(session.tokenHash, session);
  }

  private open({ guid, login }: Employee): JsonObject {
    const token = randomBytes(32).toString('base64url');
    const at = this.now();
    const expiresAt = at + EMPLOYEE_SESSION_MS;
    this.sessions.set(hashOf(token), { tokenHash: hashOf(token), login, expiresAt });
    const session = {
      id: randomUUID(),
      active: true,
      expires_at: isoSeconds(expiresAt),
      authenticated_at: isoSeconds(at),
      identity: { id: guid, schema_id: 'default', traits: { email: login } },
    };
    return { session_token: token, session };
  }

  private view({ id, issuedAt }: LoginFlow, action: string, problem?: JsonObject): JsonObject {
    const ui = { action: `${action}?flow=${id}`, method: 'POST', nodes: [CSRF_NODE] };
    return {
      id,
      type: 'api',
      expires_at: isoSeconds(issuedAt + FLOW_MS),
      issued_at: isoSeconds(issuedAt),
      ui: problem ? { ...ui, messages: [problem] } : ui,
    };
  }

  private recentFailures(login: string): readonly number[] {
    const after = this.now() - FAILURE_WINDOW_MS;
    return (this.failures.get(login.toLowerCase()) ?? []).filter((at) => at > after);
  }

  private isThrottled(login: string): boolean {
    return this.recentFailures(login).length >= FAILURES;
  }

  private countFailure(login: string): void {
    this.failures.set(login.toLowerCase(), [...this.recentFailures(login), this.now()]);
  }
}
