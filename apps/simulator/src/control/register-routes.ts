import { type FastifyInstance } from 'fastify';
import { type Bank } from '../bank/bank.js';
import { RegisterDesk } from '../registers/register-desk.js';
import { attempt, bodyOf } from './control-body.js';

/** The registers that a bank sends for reconciliation, with mistakes on request. */
export function registerRoutes(app: FastifyInstance, bank: Bank): void {
  const desk = new RegisterDesk(bank);
  app.post('/control/registers', (request, reply) =>
    attempt(reply, () => {
      const { file, ...register } = desk.write(bodyOf(request));
      return reply.code(201).send({ ...register, bytes: file.length, path: `/control/registers/${register.id}` });
    }),
  );
  app.get<{ Params: { id: string } }>('/control/registers/:id', ({ params }, reply) => {
    const register = desk.find(params.id);
    if (!register) return reply.code(404).send({ error: 'no such register' });
    return reply.type(`text/csv; charset=${register.encoding}`).send(register.file);
  });
}
