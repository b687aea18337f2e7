import { type FastifyInstance } from 'fastify';
import { type Bank } from '../bank/bank.js';
import { parseScript } from '../bank/scripts.js';
import { operationFacts } from '../bank/settlement.js';
import { SWITCHES } from '../bank/switches.js';
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
