import { type FastifyInstance } from 'fastify';
import { type Bank } from '../bank/bank.js';
import { FAILING_CARDS, findCard, RARE_CARDS, TEST_CARDS } from '../bank/cards.js';
import { parseScript } from '../bank/scripts.js';
import { operationFacts } from '../bank/settlement.js';
import { SWITCHES } from '../bank/switches.js';
import { type WalletPayment } from '../bank/wallets.js';
import { amountOf, attempt, bodyOf } from './control-body.js';

interface OfHold {
  readonly Params: { readonly operationId: string };
}

/** Held money, and hands to move it behind the merchant's back. */
export function holdRoutes(app: FastifyInstance, bank: Bank): void {
  const { backOffice, holds } = bank;
  app.get('/control/holds', () => ({
    holds: holds.list().map(({ hold, ...book }) => ({
      ...operationFacts(hold),
      ...book,
      expiresAt: new Date(hold.hold?.expiresAt ?? 0).toISOString(),
    })),
  }));
  app.post<OfHold>('/control/holds/:operationId/capture', (request, reply) =>
    attempt(reply, () => {
      const { coinAmount } = amountOf(bodyOf(request));
      return reply.code(201).send(operationFacts(backOffice.capture(request.params.operationId, coinAmount)));
    }),
  );
  app.post<OfHold>('/control/holds/:operationId/release', (request, reply) =>
    attempt(reply, () => {
      const { coinAmount } = amountOf(bodyOf(request));
      return reply.code(201).send(operationFacts(backOffice.release(request.params.operationId, coinAmount)));
    }),
  );
  app.post<OfHold>('/control/holds/:operationId/lapse', ({ params }, reply) =>
    attempt(reply, () => {
      backOffice.lapse(params.operationId);
      return {};
    }),
  );
}

export function switchRoutes(app: FastifyInstance, { switches }: Bank): void {
  const shown = () => ({ ...switches.all() });
  app.get('/control/switches', () => ({ switches: shown(), known: SWITCHES }));
  app.post('/control/switches', (request, reply) =>
    attempt(reply, () => {
      switches.set(bodyOf(request));
      return { switches: shown() };
    }),
  );
}

const textOf = (value: unknown, name: string, fallback?: string): string => {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value !== 'string') throw new Error(`${name} must be a string`);
  return value;
};

/** @throws Error with one sentence */
const walletPaymentOf = (body: Readonly<Record<string, unknown>>, wallet: string): WalletPayment => {
  const authMethod = textOf(body['authMethod'], 'authMethod', 'CRYPTOGRAM_3DS');
  if (authMethod !== 'PAN_ONLY' && authMethod !== 'CRYPTOGRAM_3DS')
    throw new Error('authMethod must be PAN_ONLY or CRYPTOGRAM_3DS');
  const pan = textOf(body['pan'], 'pan', TEST_CARDS[0]?.pan);
  if (!findCard(pan)) throw new Error('pan must be one of the test cards');
  const { coinAmount = 1_000 } = amountOf(body);
  return { pan, authMethod, ...(wallet === 'apple' && { coinAmount, currencyCode: '980' as const }) };
};

/** Every card that the bank knows, and what it does. */
export function cardRoutes(app: FastifyInstance): void {
  const cards = [...TEST_CARDS, ...RARE_CARDS, ...FAILING_CARDS];
  app.get('/control/cards', () => ({
    cards: cards.map(({ name, pan, threeDs, result, delayMs = 0, extra = 0 }) => ({
      ...{ name, pan, threeDs, ...result, delayMs, extra },
    })),
  }));
}

/** The payer's telephone: it hands out tokens for test cards. */
export function walletRoutes(app: FastifyInstance, { wallets }: Bank): void {
  app.post<{ Params: { wallet: string } }>('/control/wallets/:wallet', (request, reply) =>
    attempt(reply, () => {
      const { wallet } = request.params;
      if (wallet !== 'apple' && wallet !== 'google') throw new Error('the wallets are apple and google');
      return reply.code(201).send({ token: wallets[wallet](walletPaymentOf(bodyOf(request), wallet)) });
    }),
  );
}

/** The bank's signing keys, and its payment key for each terminal: public halves. */
export function keyRoutes(app: FastifyInstance, { keys, merchants, book, checkout }: Bank): void {
  app.post('/control/keys/rotate', (request, reply) =>
    attempt(reply, () => {
      const { ring = 'payments' } = bodyOf(request);
      if (ring !== 'payments' && ring !== 'recurring') throw new Error('ring must be payments or recurring');
      return { kid: keys.rotate(ring).kid };
    }),
  );
  app.get<{ Params: { merchantId: string } }>('/control/merchants/:merchantId/payment-key', ({ params }, reply) =>
    merchants.find(params.merchantId)
      ? keys.paymentPublicKey(params.merchantId)
      : reply.code(404).send({ error: 'merchantId is not known to this bank' }),
  );
  app.post<{ Params: { hppOrderId: string } }>('/control/orders/:hppOrderId/transfer', (request, reply) =>
    attempt(reply, () => {
      const order = book.order(request.params.hppOrderId);
      if (!order) throw new Error('no such order');
      const outcome = checkout.transfer(order, amountOf(bodyOf(request)).coinAmount);
      if (outcome.kind !== 'finished') throw new Error('the order is no open A2A order');
      return reply.code(201).send(operationFacts(outcome.operation));
    }),
  );
}

export function scriptRoutes(app: FastifyInstance, { scripts }: Bank): void {
  app.post('/control/scripts', (request, reply) =>
    attempt(reply, () => reply.code(201).send({ id: scripts.add(parseScript(bodyOf(request))) })),
  );
  app.get('/control/scripts', () => ({ scripts: scripts.all() }));
  app.delete('/control/scripts', () => {
    scripts.clear();
    return { scripts: [] };
  });
}
