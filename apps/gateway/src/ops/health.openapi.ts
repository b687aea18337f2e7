import { type ApiDescription, type Json, problemsOf } from '../docs/api-description.js';
import { HTTP_PROBLEMS } from '../http/http-problem.js';

const YES: Json = {
  description: 'Yes.',
  content: {
    'application/json': {
      schema: { type: 'object', properties: { status: { const: 'ok' } }, required: ['status'] },
    },
  },
};

const health = (operationId: string, summary: string, more: Json = {}): Json => ({
  get: { tags: ['Health'], operationId, summary, security: [], responses: { 200: YES, ...more } },
});
/** The routes that need no key. */
export const describeHealth = (): ApiDescription => ({
  tags: ['Health'],
  paths: {
    '/health/live': health('isLive', 'Does the process run?'),
    '/health/ready': health('isReady', 'Can it take payments?', problemsOf(HTTP_PROBLEMS, ['SERVICE_UNAVAILABLE'])),
  },
});
