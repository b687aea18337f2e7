import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { BankDesk, bodyOf, credentialsOf, type DcmRequest, type Handler, headerOf, textOf } from './bank-desk.js';
import { type Dcm } from './dcm.js';
import { bearerOf } from './door.js';
import { type JwkRecord } from './jwk-records.js';
import { type LogInAnswer } from './log-in.js';
import { OPERATIONS, type OperationName } from './operations.js';
import { registerPlatformRoutes } from './platform/platform-routes.js';
import { type JsonObject } from './strict-json.js';

export const DCM_BASE = '/dcm';

const COUNTERPARTY = '/api/v1/counterparty/:counterparty';
const JWKS = '/api/v1/.well-known/jwks.json';
/** G26. */
const MAX_HEADER_TOKEN = 8_192;

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
  app.post(`${path}/authenticate`, desk.authenticate());
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
    registerPlatformRoutes(scope, dcm, desk);
    for (const name of Object.keys(OPERATIONS) as OperationName[]) {
      const { method, path } = OPERATIONS[name];
      scope.route({ method, url: `${COUNTERPARTY}/${path}`, handler: desk.operate(name) });
    }
    done();
  };
  void app.register(routes, { prefix: DCM_BASE });
}
