import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Bank } from '../bank/bank.js';
import { BankError } from '../protocol/bank-error.js';
import { AUTHORIZE_PATH, ENDPOINTS, type EndpointName } from '../protocol/endpoints.js';
import { BankGate } from './bank-gate.js';
import { registerCipherRoutes } from './cipher-routes.js';

const names = Object.keys(ENDPOINTS) as EndpointName[];

const unknownPath = (_request: FastifyRequest, reply: FastifyReply) => {
  const error = new BankError('b_service_unavailable', { attrs: { service: 'unknown' } });
  return reply.code(error.httpStatus).send(error.toEnvelope(undefined, 'api-gateway'));
};

export function registerBankRoutes(app: FastifyInstance, bank: Bank): void {
  const gate = new BankGate(bank);
  app.post(AUTHORIZE_PATH, (request, reply) => gate.authorize(request, reply));
  registerCipherRoutes(app, bank);
  for (const name of names) app.post(ENDPOINTS[name].path, (request, reply) => gate.call(name, request, reply));
  app.all('/ecom/*', unknownPath);
  app.all('/api-gateway/*', unknownPath);
  app.get('/health', () => ({ status: 'ok' }));
}
