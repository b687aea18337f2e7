import { Injectable } from '@nestjs/common';
import { type Credential, DcmClient, type OperationId, OPERATIONS, type SchemeOperationId } from '#libs/dcm';
import { type AuditEntry, AuditService } from '../../audit/audit.service.js';
import { DcmProblem } from '../dcm-problem.js';
import { type CallDcm } from './dcm-ops.dto.js';

type Actor = AuditEntry['actor'];

export interface DcmAnswerView {
  readonly operation: OperationId;
  readonly scheme: 'bank' | 'dcm' | 'request';
  /** As DCM gave it. */
  readonly answer: unknown;
}

/**
 * Runs operations of DCM on behalf of an operator, in the scheme that he chose. It does not look at the access rules:
 * DCM asks the Bank Auth Service about every operation, whoever started it, and that is the one place that decides.
 */
@Injectable()
export class DcmCallsService {
  constructor(
    private readonly client: DcmClient,
    private readonly audit: AuditService,
  ) {}

  /** @throws DcmProblem */
  async call(actor: Actor, request: CallDcm): Promise<DcmAnswerView> {
    const { operation } = request;
    const scheme = OPERATIONS[operation].credential === 'scheme' ? (request.scheme ?? 'dcm') : 'request';
    const detail = { operation, scheme, flow: request.flow, subject: request.sub };
    try {
      const answer = await this.send(request);
      await this.audit.record({ actor, action: 'dcm.call', detail: { ...detail, outcome: 'done' } });
      return { operation, scheme, answer };
    } catch (error) {
      const problem = DcmProblem.from(error);
      const outcome = problem instanceof DcmProblem ? problem.code : 'INTERNAL_ERROR';
      await this.audit.record({ actor, action: 'dcm.call', detail: { ...detail, outcome } });
      throw problem;
    }
  }

  private async send({ operation, body, path = {}, query = {}, ...claims }: CallDcm): Promise<unknown> {
    assertPath(operation, path);
    const options = { path, query };
    if (!isSchemeOperation(operation)) return this.client.call(operation, body, options);
    return this.client.call(operation, body, { ...options, ...credentialOf(claims) });
  }
}

const isSchemeOperation = (id: OperationId): id is SchemeOperationId => OPERATIONS[id].credential === 'scheme';

function credentialOf({ scheme, flow, obj, sub }: Partial<CallDcm>): Credential {
  if (scheme !== 'bank') return { scheme: 'dcm' };
  if (flow === undefined || obj === undefined || sub === undefined) throw new TypeError('checked by its schema');
  return { scheme, flow, obj, sub };
}

/** @throws DcmProblem `DCM_PATH_INCOMPLETE` naming what the operation's path lacks */
function assertPath(operation: OperationId, path: Readonly<Record<string, string>>): void {
  const names = [...OPERATIONS[operation].path.matchAll(/\{(\w+)\}/gu)].map(([, name = '']) => name);
  const missing = names.filter((name) => name !== 'counterparty_guid' && !/[^.]/u.test(path[name] ?? ''));
  if (missing.length === 0) return;
  const errors = missing.map((name) => ({ path: `path.${name}`, message: 'is needed for this operation' }));
  throw new DcmProblem('DCM_PATH_INCOMPLETE', `The operation needs ${missing.join(', ')} in "path".`, { errors });
}
