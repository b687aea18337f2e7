import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Counterparty } from './counterparties.js';
import { type Dcm } from './dcm.js';
import { bearerOf, type Credentials } from './door.js';
import { type JwkRecord } from './jwk-records.js';
import { kidOf } from './jws.js';
import { type LogInAnswer } from './log-in.js';
import { OPERATIONS, type OperationName } from './operations.js';
import { Refusal, refuse, UNAUTHORIZED, WireError } from './refusal.js';
import { type JsonObject, parseStrictObject } from './strict-json.js';

export const DCM_BASE = '/dcm';

const COUNTERPARTY = '/api/v1/counterparty/:counterparty';
const JWKS = '/api/v1/.well-known/jwks.json';
/** G26. */
const MAX_HEADER_TOKEN = 8_192;

interface Params {
  readonly counterparty?: string;
  readonly jwk?: string;
  readonly id?: string;
}

type DcmRequest = FastifyRequest<{ Params: Params; Querystring: Readonly<Record<string, string | undefined>> }>;
type Handler = (request: DcmRequest, reply: FastifyReply) => Promise<unknown>;

const headerOf = ({ headers }: FastifyRequest, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value.trim() : '';
};

const credentialsOf = (request: FastifyRequest): Credentials => ({
  cxAuthorization: headerOf(request, 'cx-authorization'),
  authorization: headerOf(request, 'authorization'),
});

const textOf = ({ body }: FastifyRequest): string => (typeof body === 'string' ? body : '');

const bodyOf = (request: FastifyRequest): JsonObject => {
  const body = parseStrictObject(textOf(request));
  if (!body) throw refuse(400, 'invalid request body');
  return body;
};

/** The calls of a bank: under one path, with one outward text for every refused credential (G10). */
class BankDesk {
  constructor(private readonly dcm: Dcm) {}

  /** Runs a call with the errors of the bank guide. */
  handle(work: (request: DcmRequest, counterparty: Counterparty) => Promise<JsonObject> | JsonObject): Handler {
    return async (request, reply) => {
      try {
        return await work(request, this.dcm.require(request.params.counterparty ?? ''));
      } catch (error) {
        return this.fail(error, request, reply, 401);
      }
    };
  }

  /** The dry run answers 400 to whatever is wrong. */
  authenticate: Handler = (request, reply) => {
    try {
      const counterparty = this.dcm.require(request.params.counterparty ?? '');
      const token = headerOf(request, 'cx-authorization');
      if (token === '') throw new Refusal('no_credential');
      this.dcm.door.verify(counterparty, token);
      return Promise.resolve({ session_token: `sim-${randomBytes(24).toString('base64url')}` });
    } catch (error) {
      return Promise.resolve(this.fail(error, request, reply, 400));
    }
  };

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

  fail(error: unknown, request: DcmRequest, reply: FastifyReply, unauthorized: 400 | 401): FastifyReply {
    if (error instanceof WireError) return reply.code(error.httpStatus).send(error.body);
    if (!(error instanceof Refusal)) return reply.code(500).send({ error: 'internal error' });
    const kid = error.kid ?? kidOf(headerOf(request, 'cx-authorization'));
    const facts = { path: pathOf(request), counterpartyGuid: request.params.counterparty, httpStatus: unauthorized };
    this.dcm.ledger.append('dcm.refused', { check: error.check, ...facts, ...(kid !== undefined && { kid }) });
    return reply.code(unauthorized).send({ error: UNAUTHORIZED });
  }
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? '';

const isoOffset = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}+00:00`;

const recordView = ({ guid, createdAt, updatedAt, data }: JwkRecord): JsonObject => ({
  guid,
  created_at: isoOffset(createdAt),
  updated_at: isoOffset(updatedAt),
  data,
});

function jwkRoutes(app: FastifyInstance, dcm: Dcm, desk: BankDesk): void {
  const path = `${COUNTERPARTY}/jwk`;
  const manage = (work: (request: DcmRequest, guid: string) => JsonObject): Handler =>
    desk.handle((request, counterparty) => {
      desk.admitKeyManager(request, counterparty);
      dcm.revision += 1;
      return work(request, counterparty.guid);
    });
  const register = (request: DcmRequest, guid: string) => ({
    guid: dcm.records.register(guid, bodyOf(request)['data']).guid,
  });
  const replace = (request: DcmRequest, guid: string) => {
    dcm.records.replace(guid, request.params.jwk ?? '', bodyOf(request)['data']);
    return {};
  };
  app.post(path, manage(register));
  app.get(
    path,
    manage((_request, guid) => ({ keys: dcm.records.list(guid).map(recordView) })),
  );
  app.put(`${path}/:jwk`, manage(replace));
  app.post(`${path}/authenticate`, desk.authenticate);
}

/** Public, cached for five minutes (G5), and as late or broken as told. */
async function sendJwks(dcm: Dcm, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  dcm.jwksFetches += 1;
  const delay = dcm.faults.take('jwks_delay');
  if (delay) await sleep(delay.delayMs);
  const failure = dcm.faults.take('jwks_fail');
  if (failure) return reply.code(failure.httpStatus).send({ error: 'service unavailable' });
  const text = JSON.stringify(dcm.keys.publicSet());
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  void reply.header('cache-control', 'public, max-age=300').header('etag', etag);
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  return reply.header('content-type', 'application/json; charset=utf-8').send(text);
}

function logInRoutes(app: FastifyInstance, dcm: Dcm): void {
  const path = '/kratos/self-service/login';
  const actionOf = ({ protocol, host }: FastifyRequest) => `${protocol}://${host}${DCM_BASE}${path}`;
  const send = (reply: FastifyReply, { httpStatus, body }: LogInAnswer) => {
    dcm.revision += 1;
    return reply.code(httpStatus).header('cache-control', 'no-store').send(body);
  };
  app.get(`${path}/api`, (request, reply) =>
    send(reply, dcm.logIn.start(actionOf(request), bearerOf(headerOf(request, 'authorization')))),
  );
  app.post<{ Querystring: { flow?: string } }>(path, (request, reply) => {
    const isForm = headerOf(request, 'content-type').startsWith('application/x-www-form-urlencoded');
    const form = isForm ? new URLSearchParams(textOf(request)) : undefined;
    return send(reply, dcm.logIn.submit(request.query.flow ?? '', form, actionOf(request)));
  });
}

const refuseLongTokens = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
  const { cxAuthorization, authorization } = credentialsOf(request);
  if (Math.max(cxAuthorization.length, authorization.length) <= MAX_HEADER_TOKEN) done();
  else void reply.code(431).send({ error: 'request header fields too large' });
};

/** A body over the limit is a bad request like any other (G26). */
const answerBroken = (error: { statusCode?: number }, _request: FastifyRequest, reply: FastifyReply): void => {
  const isMistake = (error.statusCode ?? 500) < 500;
  void reply.code(isMistake ? 400 : 500).send({ error: isMistake ? 'invalid request body' : 'internal error' });
};

export function registerDcmRoutes(app: FastifyInstance, dcm: Dcm): void {
  const routes = (scope: FastifyInstance, _options: unknown, done: () => void): void => {
    const desk = new BankDesk(dcm);
    scope.addHook('onRequest', refuseLongTokens);
    scope.setErrorHandler(answerBroken);
    scope.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not found' }));
    scope.get(JWKS, (request, reply) => sendJwks(dcm, request, reply));
    logInRoutes(scope, dcm);
    jwkRoutes(scope, dcm, desk);
    for (const name of Object.keys(OPERATIONS) as OperationName[]) {
      const { method, path } = OPERATIONS[name];
      scope.route({ method, url: `${COUNTERPARTY}/${path}`, handler: desk.operate(name) });
    }
    done();
  };
  void app.register(routes, { prefix: DCM_BASE });
}
