import { createPublicKey } from 'node:crypto';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { V1_PREFIX, V2_PREFIX } from '../alliance/call.js';
import { CALL_NAMES } from '../alliance/call-names.js';
import { CALLS } from '../alliance/calls.js';
import { type Bank } from '../bank/bank.js';
import { type KeyRing } from '../bank/bank-keys.js';
import { BankError } from '../protocol/bank-error.js';
import { parseObject } from '../protocol/body-codec.js';
import { AUTHORIZE_PATH, BankGate } from './bank-gate.js';
import { registerCipherRoutes } from './cipher-routes.js';
import { registerReceiptRoutes } from './receipt-routes.js';

const send = (reply: FastifyReply, error: BankError, serviceId: string): FastifyReply =>
  reply.code(error.httpStatus).send(error.toEnvelope(undefined, serviceId));

const unknownPath = (_request: FastifyRequest, reply: FastifyReply) =>
  send(reply, new BankError('b_service_unavailable', { attrs: { service: 'unknown' } }), 'api-gateway');

/** Where a key is asked for by its `kid`; neither wants authorization (section c.3). */
const KEY_PATHS: Readonly<Record<string, KeyRing>> = {
  '/ecom/keys/public_key/get_v1': 'payments',
  '/keys/get_public_key_v1': 'recurring',
};

/** The schema is published nowhere (U4). */
const keyAnswer = (kid: string, pem: string, form: string): object | string => {
  if (form === 'bare_pem') return pem;
  const shown: Readonly<Record<string, () => unknown>> = {
    spki: () => createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('base64'),
    jwk: () => createPublicKey(pem).export({ format: 'jwk' }),
  };
  return { kid, alg: 'ES256', publicKey: shown[form]?.() ?? pem };
};

function registerKeyRoutes(app: FastifyInstance, { keys, ledger, switches }: Bank): void {
  for (const [path, ring] of Object.entries(KEY_PATHS)) {
    app.post(path, (request, reply) => {
      try {
        const { kid } = parseObject(typeof request.body === 'string' ? request.body : '');
        const pem = typeof kid === 'string' ? keys.publicKey(ring, kid) : undefined;
        ledger.append('request', { method: 'POST', path, httpStatus: pem === undefined ? 404 : 200 });
        if (pem === undefined) throw new BankError('b_invalid_request', { httpStatus: 404, text: 'Key not found' });
        return keyAnswer(String(kid), pem, switches.get('signingKeyForm'));
      } catch (error) {
        return send(reply, error instanceof BankError ? error : new BankError('b_unknown_error'), 'keys');
      }
    });
  }
}

export function registerBankRoutes(app: FastifyInstance, bank: Bank): void {
  const gate = new BankGate(bank);
  app.post(AUTHORIZE_PATH, (request, reply) => gate.authorize(request, reply));
  registerCipherRoutes(app, bank);
  registerKeyRoutes(app, bank);
  registerReceiptRoutes(app, bank);
  for (const name of CALL_NAMES) {
    const { v1, v2 } = CALLS[name];
    for (const below of v1 ? [v1.path, ...(v1.aliases ?? [])] : []) {
      const path = V1_PREFIX + below;
      app.post(path, (request, reply) => gate.callOfSession(name, path, [request, reply]));
    }
    if (!v2) continue;
    const path = V2_PREFIX + v2.path;
    app.post(path, (request, reply) => gate.callOfSignature(name, path, [request, reply]));
  }
  app.all('/ecom/*', unknownPath);
  app.all('/api-gateway/*', unknownPath);
  app.get('/health', () => ({ status: 'ok' }));
}
