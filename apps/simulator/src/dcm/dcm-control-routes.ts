import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { parseCounterparty } from './counterparties.js';
import { type Dcm } from './dcm.js';
import { type DcmFault, parseDcmFault } from './dcm-faults.js';
import { type DcmKey } from './dcm-keys.js';
import { textMember } from './members.js';
import { isObject, type JsonObject } from './strict-json.js';

const bodyOf = ({ body }: FastifyRequest): JsonObject => {
  if (typeof body !== 'string' || body.trim() === '') return {};
  const value: unknown = JSON.parse(body);
  if (!isObject(value)) throw new Error('the body must be a JSON object');
  return value;
};

/** A mistake in a control call is told in one sentence. */
const attempt = async (reply: FastifyReply, work: () => unknown): Promise<unknown> => {
  try {
    return await work();
  } catch (error) {
    return reply.code(400).send({ error: error instanceof Error ? error.message : 'bad request' });
  }
};

const iso = (at: number): string => new Date(at).toISOString();

export interface KeyView {
  readonly kid: string;
  readonly signing: boolean;
  readonly createdAt: string;
  readonly signsFrom: string;
  readonly removedAt?: string;
}

export const keyViews = (dcm: Dcm): readonly KeyView[] => {
  const { kid: signing } = dcm.keys.signing();
  return dcm.keys.published().map(({ kid, createdAt, signsFrom, removedAt }: DcmKey) => ({
    kid,
    signing: kid === signing,
    createdAt: iso(createdAt),
    signsFrom: iso(signsFrom),
    ...(removedAt !== undefined && { removedAt: iso(removedAt) }),
  }));
};

const countersOf = (dcm: Dcm) => ({
  jwksFetches: dcm.jwksFetches,
  callbacks: dcm.authService.calls,
  operations: dcm.ledger.find({ kind: 'dcm.operation' }).length,
  refused: dcm.ledger.find({ kind: 'dcm.refused' }).length,
  faults: dcm.faults.list().reduce((sum, { fired }) => sum + fired, 0),
});

const stateOf = (dcm: Dcm) => ({
  now: iso(dcm.now()),
  skewMs: dcm.skewMs,
  settings: dcm.settings,
  keys: keyViews(dcm),
  counterparties: [...dcm.counterparties.values()].map((counterparty) => ({
    ...counterparty,
    jwks: dcm.records.list(counterparty.guid).map(({ guid, data: { kid } }) => ({ guid, kid })),
    employees: dcm.employees.list(counterparty.guid).map(({ login, roles }) => ({ login, roles })),
    accounts: dcm.entities.accountsOf(counterparty.guid),
    customers: dcm.entities.customersOf(counterparty.guid),
  })),
});

type Fault = Omit<DcmFault, 'id' | 'fired'>;

const skewClock = (dcm: Dcm, fault: Fault, { skewMs }: JsonObject): DcmFault => {
  if (typeof skewMs !== 'number' || !Number.isSafeInteger(skewMs) || Math.abs(skewMs) > 86_400_000)
    throw new Error('skewMs must be a whole number of milliseconds, at most a day either way');
  dcm.revision += 1;
  dcm.skewMs = skewMs;
  return dcm.faults.record(fault, { skewMs });
};

const replay = async (dcm: Dcm, fault: Fault): Promise<JsonObject> => {
  const outcome = await dcm.replay();
  if (!outcome) throw new Error('there is no callback to replay yet');
  return { id: dcm.faults.record(fault).id, ...outcome };
};

const arm = async (dcm: Dcm, body: JsonObject): Promise<JsonObject> => {
  const fault = parseDcmFault(body);
  if (fault.kind === 'skew_clock') return { id: skewClock(dcm, fault, body).id };
  if (fault.kind === 'replay_last_callback') return replay(dcm, fault);
  return { id: dcm.faults.arm(fault).id };
};

function faultRoutes(app: FastifyInstance, dcm: Dcm): void {
  app.post('/control/dcm/faults', (request, reply) =>
    attempt(reply, async () => reply.code(201).send(await arm(dcm, bodyOf(request)))),
  );
  app.get('/control/dcm/faults', () => ({ faults: dcm.faults.list() }));
  app.delete('/control/dcm/faults', () => {
    dcm.faults.clear();
    dcm.skewMs = 0;
    return { faults: [] };
  });
}

function keyRoutes(app: FastifyInstance, dcm: Dcm): void {
  app.post('/control/dcm/rotate', (request, reply) =>
    attempt(reply, () => {
      const { overlap = true } = bodyOf(request);
      if (typeof overlap !== 'boolean') throw new Error('overlap must be true or false');
      dcm.revision += 1;
      dcm.keys.rotate(overlap);
      return { keys: keyViews(dcm) };
    }),
  );
  app.post('/control/dcm/keys/drop', (request, reply) =>
    attempt(reply, () => {
      dcm.revision += 1;
      dcm.keys.drop(String(bodyOf(request)['kid']));
      return { keys: keyViews(dcm) };
    }),
  );
}

function platformRoutes(app: FastifyInstance, dcm: Dcm): void {
  app.post('/control/dcm/p2p/orders', (request, reply) =>
    attempt(reply, async () => {
      const body = bodyOf(request);
      const bankOf = (name: string) => dcm.require(textMember(body, name)).guid;
      dcm.revision += 1;
      const order = dcm.platform.p2p.openOrder({
        initiatorGuid: bankOf('initiatorGuid'),
        recipientGuid: bankOf('recipientGuid'),
        account: textMember(body, 'account'),
      });
      return reply.code(201).send({ id: order.id, creditor: await dcm.platform.creditorData.ask(order) });
    }),
  );
  app.post('/control/dcm/settle', () => {
    dcm.revision += 1;
    return { registers: dcm.platform.settlement.settle() };
  });
}

function bankRoutes(app: FastifyInstance, dcm: Dcm): void {
  app.post('/control/dcm/counterparties', (request, reply) =>
    attempt(reply, () => {
      const counterparty = parseCounterparty(bodyOf(request));
      dcm.add(counterparty);
      const { guid, name, alias } = counterparty;
      return reply.code(201).send({ guid, name, alias });
    }),
  );
  app.post('/control/dcm/employees/password', (request, reply) =>
    attempt(reply, () => {
      const { login, password } = bodyOf(request);
      dcm.revision += 1;
      dcm.employees.setPassword(String(login), String(password));
      return { login };
    }),
  );
  app.post('/control/dcm/issues/confirm', (request, reply) =>
    attempt(reply, () => {
      dcm.revision += 1;
      const guid = String(bodyOf(request)['counterpartyGuid']).toLowerCase();
      return { confirmed: dcm.entities.confirmIssue(guid) };
    }),
  );
}

/** The levers of DCM: no platform has these. */
export function registerDcmControlRoutes(app: FastifyInstance, dcm: Dcm): void {
  app.get('/control/dcm/state', () => stateOf(dcm));
  app.get('/control/dcm/counters', () => countersOf(dcm));
  app.get('/control/dcm/settings', () => dcm.settings);
  app.post('/control/dcm/settings', (request, reply) => attempt(reply, () => dcm.configure(bodyOf(request))));
  app.post('/control/dcm/sessions/expire', () => {
    dcm.revision += 1;
    return { expired: dcm.logIn.expire() };
  });
  faultRoutes(app, dcm);
  keyRoutes(app, dcm);
  bankRoutes(app, dcm);
  platformRoutes(app, dcm);
}
