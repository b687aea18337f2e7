import { z } from 'zod';
import { answer, type ApiDescription, type Json, problemsOf } from '../docs/api-description.js';
import { HTTP_PROBLEMS } from '../http/http-problem.js';

const yes = (name: string): Json => ({ 200: answer(name, 'Yes.') });
const health = (operationId: string, summary: string, responses: Json): Json => ({
  get: { tags: ['Health'], operationId, summary, security: [], responses },
});

const alive = z.object({ status: z.literal('ok') }).meta({ id: 'Alive' });
const ready = alive
  .extend({
    accounts: z
      .object({ total: z.int(), blocked: z.int() })
      .optional()
      .meta({
        description: 'Merchant accounts. A blocked one makes nobody unready.',
        examples: [{ total: 2, blocked: 0 }],
      }),
    clockDiffersSeconds: z
      .number()
      .optional()
      .meta({ description: 'There while the clock of a bank is more than a minute from ours.' }),
  })
  .meta({ id: 'Ready' });

/** The routes that need no key. */
export const describeHealth = (): ApiDescription => ({
  tags: ['Health'],
  paths: {
    '/health/live': health('isLive', 'Does the process run?', yes('Alive')),
    '/health/ready': health('isReady', 'Can it take payments?', {
      ...yes('Ready'),
      ...problemsOf(HTTP_PROBLEMS, ['SERVICE_UNAVAILABLE']),
    }),
  },
  outgoing: { Alive: alive, Ready: ready },
});
