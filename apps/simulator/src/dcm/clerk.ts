import { randomUUID } from 'node:crypto';
import { type Ledger } from '../bank/ledger.js';
import { type AuthService, type Grant, type Question } from './auth-service.js';
import { type Counterparty } from './counterparties.js';
import { type DcmKeys } from './dcm-keys.js';
import { type DcmSettings } from './dcm-settings.js';
import { type BankCaller, type Caller } from './door.js';
import { type Employees } from './employees.js';
import { type Entities, type Transfer } from './entities.js';
import { signJws } from './jws.js';
import { type Ask, type Operation, OPERATIONS, type OperationName, type Plan } from './operations.js';
import { Refusal, refuse, WireError } from './refusal.js';
import { type JsonObject } from './strict-json.js';
import { type Flow } from './verifier.js';

export interface OperationRequest {
  readonly name: OperationName;
  readonly counterparty: Counterparty;
  readonly caller: Caller;
  readonly body: JsonObject;
  readonly id: string;
}

export interface ClerkOptions {
  readonly authService: AuthService;
  readonly keys: DcmKeys;
  readonly entities: Entities;
  readonly employees: Employees;
  readonly ledger: Ledger;
  readonly settings: () => DcmSettings;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** What DCM prints in its tokens, epoch milliseconds. */
  readonly stamp: () => number;
  /** Tells the banks of a movement. */
  readonly notify: (transfer: Transfer) => void;
}

const TOKEN_LIFETIME_S = 300;

interface Subject {
  readonly flow: Flow;
  readonly obj: string;
  readonly sub: string;
}

/** Carries out the operations: role, request, the bank's word, and only then the deed. */
export class Clerk {
  constructor(private readonly options: ClerkOptions) {}

  /** @throws WireError | Refusal */
  async carryOut(request: OperationRequest): Promise<JsonObject> {
    const { name, caller, counterparty } = request;
    const operationId = randomUUID();
    const { sub, scheme } = caller;
    const trace: Record<string, unknown> = { operationId, operation: name, scheme, sub };
    trace['counterpartyGuid'] = counterparty.guid;
    if (caller.scheme === 'bank') trace['kid'] = caller.kid;
    try {
      const answer = await this.decide(request, operationId, trace);
      this.options.ledger.append('dcm.operation', { ...trace, outcome: 'done', httpStatus: 200 });
      return answer;
    } catch (error) {
      this.writeFailure(trace, error);
      throw error;
    }
  }

  private async decide(request: OperationRequest, operationId: string, trace: Record<string, unknown>) {
    const operation: Operation = OPERATIONS[request.name];
    const { caller } = request;
    if (caller.scheme === 'dcm' && !caller.roles.some((role) => operation.roles.includes(role)))
      throw refuse(403, 'forbidden');
    const plan = this.plan(operation, request);
    if (!plan.ask) return plan.execute({ externalId: '', keyHash: '' });
    const subject = subjectOf(plan.ask, caller);
    Object.assign(trace, { flow: subject.flow, obj: subject.obj });
    return this.approve(request, plan, this.question(subject, request, operationId));
  }

  private plan(operation: Operation, { counterparty, caller, body, id }: OperationRequest): Plan {
    const { entities, employees, settings, now, notify } = this.options;
    const { scheme } = caller;
    const at = new Date(now()).toISOString();
    const byHand = settings().issue_confirmation === 'manual';
    return operation.plan({ counterparty, scheme, body, id, at, entities, employees, byHand, notify });
  }

  private async approve({ counterparty }: OperationRequest, plan: Plan, question: Question): Promise<JsonObject> {
    const { authService, entities } = this.options;
    const grant: Grant = await authService.ask(question);
    const owner = question.flow === 'sign-in' ? question.obj : grant.externalId;
    if (!entities.knowsSecret(counterparty.guid, owner, grant.keyHash))
      throw refuse(400, 'failed to authorize operation: key of the user has changed');
    const answer = plan.execute(grant);
    entities.rememberSecret(counterparty.guid, owner, grant.keyHash);
    return answer;
  }

  /** G11: DCM's own token, unless the bank's is to be passed on. */
  private question(subject: Subject, { counterparty, caller }: OperationRequest, operationId: string): Question {
    const question = { ...subject, counterparty, operationId };
    if (caller.scheme === 'bank' && this.options.settings().signer === 'forward')
      return { ...question, token: caller.token, kid: caller.kid, signer: 'bank' };
    const signer = this.options.keys.signer();
    const token = signJws(this.claims(subject, caller), signer);
    return { ...question, token, kid: signer.kid, signer: 'dcm' };
  }

  private claims({ flow, obj, sub }: Subject, caller: Caller): JsonObject {
    const now = Math.floor(this.options.stamp() / 1_000);
    const exp = Math.min(now + TOKEN_LIFETIME_S, caller.scheme === 'bank' ? caller.exp : Infinity);
    // A bank's token may be used up to the skew after its exp; iat stays before exp all the same.
    return { flow, obj, sub, iat: Math.min(now, exp - 1), exp };
  }

  private writeFailure(trace: JsonObject, error: unknown): void {
    if (!(error instanceof WireError)) return;
    const outcome = error.httpStatus === 403 ? 'forbidden' : 'declined';
    const { httpStatus, body } = error;
    this.options.ledger.append('dcm.operation', { ...trace, outcome, httpStatus, error: body['error'] });
  }
}

const requireFlow = ({ flows }: Ask, { flow, kid }: BankCaller): void => {
  if (!flows.includes(flow)) throw new Refusal('flow_mismatch', kid);
};

/** Copied from the bank's token, or made from the operation. */
const subjectOf = (ask: Ask, caller: Caller): Subject => {
  if (caller.scheme === 'bank') {
    requireFlow(ask, caller);
    return { flow: caller.flow, obj: caller.obj, sub: caller.sub };
  }
  const [flow = 'sign-in'] = ask.flows;
  return { flow, obj: ask.obj, sub: caller.sub };
};
