import { randomBytes } from 'node:crypto';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Counterparty } from './counterparties.js';
import { type Dcm } from './dcm.js';
import { type Credentials } from './door.js';
import { kidOf } from './jws.js';
import { OPERATIONS, type OperationName } from './operations.js';
import { Refusal, refuse, UNAUTHORIZED, WireError } from './refusal.js';
import { type JsonObject, parseStrictObject } from './strict-json.js';

export interface Params {
  readonly counterparty?: string;
  readonly jwk?: string;
  readonly id?: string;
}

export type DcmRequest = FastifyRequest<{ Params: Params; Querystring: Readonly<Record<string, string | undefined>> }>;
export type Handler = (request: DcmRequest, reply: FastifyReply) => Promise<unknown>;

export const headerOf = ({ headers }: FastifyRequest, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value.trim() : '';
};

export const credentialsOf = (request: FastifyRequest): Credentials => ({
  cxAuthorization: headerOf(request, 'cx-authorization'),
  authorization: headerOf(request, 'authorization'),
});

export const textOf = ({ body }: FastifyRequest): string => (typeof body === 'string' ? body : '');

export const bodyOf = (request: FastifyRequest): JsonObject => {
  const body = parseStrictObject(textOf(request));
  if (!body) throw refuse(400, 'invalid request body');
  return body;
};

/** The same for every refused credential. */
export interface RefusedAnswer {
  readonly httpStatus: number;
  readonly body: JsonObject;
}

const UNAUTHORIZED_ANSWER: RefusedAnswer = { httpStatus: 401, body: { error: UNAUTHORIZED } };

/** The calls of a bank: under one path, with one outward text for every refused credential (G10). */
export class BankDesk {
  constructor(private readonly dcm: Dcm) {}

  /** Runs a call with the errors of the bank guide; `refused` is the answer to a credential that was not taken. */
  run(
    work: (request: DcmRequest) => Promise<JsonObject> | JsonObject | string,
    refused = UNAUTHORIZED_ANSWER,
  ): Handler {
    return async (request, reply) => {
      try {
        return await work(request);
      } catch (error) {
        return this.fail(error, request, reply, refused);
      }
    };
  }

  /** The same, below the path of a counterparty. */
  handle(work: (request: DcmRequest, counterparty: Counterparty) => Promise<JsonObject> | JsonObject): Handler {
    return this.run((request) => work(request, this.dcm.require(request.params.counterparty ?? '')));
  }

  /** The dry run answers 400 to whatever is wrong. */
  authenticate(): Handler {
    const check = (request: DcmRequest): JsonObject => {
      const counterparty = this.dcm.require(request.params.counterparty ?? '');
      const token = headerOf(request, 'cx-authorization');
      if (token === '') throw new Refusal('no_credential');
      this.dcm.door.verify(counterparty, token);
      return { session_token: `sim-${randomBytes(24).toString('base64url')}` };
    };
    return this.run(check, { httpStatus: 400, body: { error: UNAUTHORIZED } });
  }

  operate(name: OperationName): Handler {
    return this.handle((request, counterparty) => {
      const caller = this.dcm.door.admit(counterparty, credentialsOf(request));
      const body = OPERATIONS[name].method === 'GET' ? {} : bodyOf(request);
      return this.dcm.clerk.carryOut({ name, counterparty, caller, body, id: request.params.id ?? '' });
    });
  }

  admitKeyManager(request: DcmRequest, counterparty: Counterparty): void {
    this.dcm.door.admitKeyManager(counterparty, credentialsOf(request));
  }

  private fail(error: unknown, request: DcmRequest, reply: FastifyReply, refused: RefusedAnswer): FastifyReply {
    if (error instanceof WireError) return reply.code(error.httpStatus).send(error.body);
    if (!(error instanceof Refusal)) return reply.code(500).send({ error: 'internal error' });
    const kid = error.kid ?? kidOf(headerOf(request, 'cx-authorization'));
    const facts = {
      path: pathOf(request),
      counterpartyGuid: request.params.counterparty,
      httpStatus: refused.httpStatus,
    };
    this.dcm.ledger.append('dcm.refused', { check: error.check, ...facts, ...(kid !== undefined && { kid }) });
    return reply.code(refused.httpStatus).send(refused.body);
  }
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? '';
