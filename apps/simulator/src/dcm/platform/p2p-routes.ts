import { type FastifyInstance, type FastifyReply } from 'fastify';
import { type BankDesk, credentialsOf, type DcmRequest, type Handler, textOf } from '../bank-desk.js';
import { type Counterparty } from '../counterparties.js';
import { type Dcm } from '../dcm.js';
import { Refusal } from '../refusal.js';
import { type JsonObject, parseStrictObject } from '../strict-json.js';
import { refuseP2p } from './p2p-claims.js';

const MESSAGES = '/api/v1/p2p/payment-messages';
/** One text for whatever is wrong with a credential (G10), in the envelope of this family. */
const REFUSED = { httpStatus: 401, body: { code: 'AUTHORIZATION_FAILED', message: 'authorization failed' } };

interface Admitted {
  readonly request: DcmRequest;
  readonly bank: Counterparty;
  readonly kid: string;
}

const bodyOf = (request: DcmRequest): JsonObject => {
  const body = parseStrictObject(textOf(request));
  if (!body) throw refuseP2p('INVALID_REQUEST', 'the body is not a JSON object');
  return body;
};

/** Signed answers are bare tokens. */
const asToken = (reply: FastifyReply, token: string): FastifyReply =>
  reply.type('text/plain; charset=utf-8').send(token);

export function registerP2pRoutes(app: FastifyInstance, dcm: Dcm, desk: BankDesk): void {
  const { platform } = dcm;
  const handle = (work: (admitted: Admitted) => JsonObject | string): Handler => {
    const run = (request: DcmRequest): JsonObject | string => {
      const { counterparty, kid } = platform.admitAnyBank(credentialsOf(request));
      return work({ request, bank: counterparty, kid });
    };
    return async (request, reply) => {
      const answer = await desk.run(run, REFUSED)(request, reply);
      return typeof answer === 'string' ? asToken(reply, answer) : answer;
    };
  };
  const create = ({ request, bank, kid }: Admitted): string => {
    const { jwt } = bodyOf(request);
    if (typeof jwt !== 'string') throw refuseP2p('INVALID_REQUEST', 'jwt is required');
    dcm.revision += 1;
    return platform.p2p.create(bank, platform.open(bank, jwt), kid);
  };
  const updateAlias = ({ request }: Admitted): JsonObject => {
    dcm.revision += 1;
    return platform.aliases.update(bodyOf(request));
  };
  app.post(MESSAGES, handle(create));
  app.get(
    `${MESSAGES}/:id`,
    handle(({ request, bank }) => platform.p2p.status(bank, request.params.id ?? '')),
  );
  app.put('/update_alias_db', handle(updateAlias));
  app.get(
    '/api/v1/p2p/alias',
    handle(({ request: { query } }) => platform.aliases.status(query['phone'], query['account'])),
  );
}

/** The oldest guide's log-in of customers: recognised by its header, and refused (section 1). */
export function registerLegacyRoute(app: FastifyInstance, desk: BankDesk): void {
  const error = 'X-Auth-Token is superseded by CX-Authorization';
  const refuseLegacy = (): never => {
    throw new Refusal('legacy_call');
  };
  app.post(
    '/api/v1/counterparty/:counterparty/customers/auth',
    desk.run(refuseLegacy, { httpStatus: 400, body: { error } }),
  );
}
