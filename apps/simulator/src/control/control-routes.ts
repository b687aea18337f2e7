import { randomUUID } from 'node:crypto';
import { type FastifyInstance } from 'fastify';
import { type Bank } from '../bank/bank.js';
import { type LedgerFilter } from '../bank/ledger.js';
import { operationFacts } from '../bank/settlement.js';
import { parseMerchant } from '../bank/merchants.js';
import { CALLBACK_MODES, type CallbackMode, type CallbackSettings } from '../callbacks/callback-sender.js';
import { isPersonality, PERSONALITIES } from '../personalities/catalogue.js';
import { parsePersonality } from '../personalities/parse-personality.js';
import { amountOf, attempt, type Body, bodyOf } from './control-body.js';
import { cardRoutes, holdRoutes, keyRoutes, scriptRoutes, switchRoutes, walletRoutes } from './money-routes.js';
import { registerRoutes } from './register-routes.js';
import { parseFault } from '../faults/faults.js';

const isMode = (value: unknown): value is CallbackMode => CALLBACK_MODES.includes(value as CallbackMode);

const settingsOf = ({ mode = 'normal', encrypt, emptyOperation }: Body): CallbackSettings => {
  if (!isMode(mode)) throw new Error(`mode must be one of ${CALLBACK_MODES.join(', ')}`);
  return {
    mode,
    ...(typeof encrypt === 'boolean' && { encrypt }),
    ...(typeof emptyOperation === 'boolean' && { emptyOperation }),
  };
};

function merchantRoutes(app: FastifyInstance, bank: Bank): void {
  app.post('/control/merchants', (request, reply) =>
    attempt(reply, () => {
      const merchant = parseMerchant(bodyOf(request));
      bank.merchants.add(merchant);
      const { merchantId, name, terminal } = merchant;
      return reply.code(201).send({ merchantId, name, terminal });
    }),
  );
  app.get('/control/merchants', () => ({
    merchants: bank.merchants.list().map(({ merchantId, name, terminal }) => ({ merchantId, name, terminal })),
  }));
}

function faultRoutes(app: FastifyInstance, bank: Bank): void {
  app.post('/control/faults', (request, reply) =>
    attempt(reply, () => reply.code(201).send({ id: bank.faults.arm(parseFault(bodyOf(request))) })),
  );
  app.get('/control/faults', () => ({ faults: bank.faults.list() }));
  app.delete('/control/faults', () => {
    bank.faults.clear();
    return { faults: [] };
  });
}

function personalityRoutes(app: FastifyInstance, bank: Bank): void {
  const { personalities } = bank;
  app.post('/control/personalities', (request, reply) =>
    attempt(reply, () => reply.code(201).send({ id: personalities.switchOn(parsePersonality(bodyOf(request))).id })),
  );
  app.get('/control/personalities', () => ({
    active: personalities.list(),
    known: Object.entries(PERSONALITIES).map(([name, { what, options }]) => ({ name, what, options })),
  }));
  app.delete<{ Querystring: { name?: string } }>('/control/personalities', ({ query }, reply) =>
    attempt(reply, () => {
      const { name } = query;
      if (name !== undefined && !isPersonality(name)) throw new Error(`there is no personality ${name}`);
      personalities.switchOff(name);
      return { active: personalities.list() };
    }),
  );
}

function backOfficeRoutes(app: FastifyInstance, bank: Bank): void {
  const { backOffice } = bank;
  app.post<{ Params: { hppOrderId: string } }>('/control/orders/:hppOrderId/charge', (request, reply) =>
    attempt(reply, () => {
      const { coinAmount } = amountOf(bodyOf(request));
      return reply.code(201).send(operationFacts(backOffice.charge(request.params.hppOrderId, coinAmount)));
    }),
  );
  app.post<{ Params: { hppOrderId: string } }>('/control/orders/:hppOrderId/refund', (request, reply) =>
    attempt(reply, () => {
      const body = bodyOf(request);
      const { merchantRequestId = randomUUID() } = body;
      if (merchantRequestId !== null && typeof merchantRequestId !== 'string')
        throw new Error('merchantRequestId must be a string, or null for none');
      const refund = { ...amountOf(body), ...(merchantRequestId !== null && { merchantRequestId }) };
      return reply.code(201).send(operationFacts(backOffice.refund(request.params.hppOrderId, refund)));
    }),
  );
}

function callbackRoutes(app: FastifyInstance, bank: Bank): void {
  app.post('/control/callbacks', (request, reply) =>
    attempt(reply, () => (bank.callbacks.settings = settingsOf(bodyOf(request)))),
  );
  app.get('/control/callbacks', () => ({
    ...bank.callbacks.settings,
    deliveries: bank.callbacks.list().map(({ nextAttemptAt, followUps, ...delivery }) => ({
      ...delivery,
      attempts: delivery.attempts,
      ...(nextAttemptAt !== undefined && { nextAttemptAt: new Date(nextAttemptAt).toISOString() }),
      waiting: followUps.length,
    })),
  }));
}

const LONGEST_SPAN_MS = 10 * 366 * 86_400_000;

const isSpan = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= LONGEST_SPAN_MS;

const nowOf = ({ clock }: Bank) => ({ now: new Date(clock.now()).toISOString(), aheadMs: clock.offset });

function clockRoutes(app: FastifyInstance, bank: Bank): void {
  app.get('/control/clock', () => nowOf(bank));
  app.post('/control/clock', (request, reply) =>
    attempt(reply, async () => {
      const { advanceMs } = bodyOf(request);
      if (!isSpan(advanceMs)) throw new Error('advanceMs must be a whole number of milliseconds, 0 to 10 years');
      await step(bank, advanceMs);
      return nowOf(bank);
    }),
  );
  app.delete('/control/clock', () => {
    bank.goBackToRealTime();
    return nowOf(bank);
  });
}

const HALF_AN_HOUR_MS = 1_800_000;

async function step(bank: Bank, advanceMs: number): Promise<void> {
  bank.ledger.append('clock.advanced', { advanceMs });
  await bank.clock.advance(advanceMs);
}

/** The buttons of the start page. */
function clockButtons(app: FastifyInstance, bank: Bank): void {
  app.post('/clock/step', async (_request, reply) => {
    await step(bank, HALF_AN_HOUR_MS);
    return reply.redirect('/#clock', 303);
  });
  app.post('/clock/back', (_request, reply) => {
    bank.goBackToRealTime();
    return reply.redirect('/#clock', 303);
  });
}

function sessionRoutes(app: FastifyInstance, bank: Bank): void {
  supersedeRoute(app, bank);
  app.post('/control/sessions/expire', (request, reply) =>
    attempt(reply, () => {
      const { merchantId } = bodyOf(request);
      if (merchantId === undefined) return { expired: bank.sessions.expire() };
      const merchant = typeof merchantId === 'string' ? bank.merchants.find(merchantId) : undefined;
      if (!merchant) throw new Error('merchantId is not known to this bank');
      return { expired: bank.sessions.expire(merchant.serviceCode) };
    }),
  );
}

const supersedeRoute = (app: FastifyInstance, bank: Bank): void => {
  app.post('/control/sessions/supersede', (request, reply) =>
    attempt(reply, async () => {
      const { merchantId } = bodyOf(request);
      if (merchantId !== undefined && (typeof merchantId !== 'string' || !bank.merchants.find(merchantId)))
        throw new Error('merchantId is not known to this bank');
      await bank.rivalAuthorize(merchantId);
      return {};
    }),
  );
};

function bookRoutes(app: FastifyInstance, bank: Bank): void {
  app.get<{ Querystring: LedgerFilter }>('/control/ledger', ({ query }) => {
    const { kind = '', merchantRequestId = '', hppOrderId = '', path = '' } = query;
    return { entries: bank.ledger.find({ kind, merchantRequestId, hppOrderId, path }) };
  });
  app.get<{ Params: { hppOrderId: string } }>('/control/orders/:hppOrderId', ({ params }, reply) => {
    const order = bank.book.order(params.hppOrderId);
    return order ? bank.orders.view(order) : reply.code(404).send({ error: 'no such order' });
  });
  app.post('/control/reset', () => {
    bank.reset();
    return nowOf(bank);
  });
}

const ROUTES = [
  merchantRoutes,
  faultRoutes,
  personalityRoutes,
  backOfficeRoutes,
  callbackRoutes,
  clockRoutes,
  clockButtons,
  sessionRoutes,
  bookRoutes,
  holdRoutes,
  switchRoutes,
  scriptRoutes,
  cardRoutes,
  walletRoutes,
  keyRoutes,
  registerRoutes,
];

/** The levers of the simulator: no bank has these. */
export function registerControlRoutes(app: FastifyInstance, bank: Bank): void {
  for (const register of ROUTES) {
    register(app, bank);
  }
}
