import { Writable } from 'node:stream';
import { type LoggerService } from '@nestjs/common';
import Fastify from 'fastify';
import { type LoggerOptions, pino } from 'pino';
import { Measures } from '../measures/measures.js';
import { loggableUrl, logOptions, logRequests } from './request-log.js';

const TOKEN = 'dG9rZW4tdGhhdC1ub2JvZHktbWF5LXNlZQ';

it.each([
  ['/v1/payments', '/v1/payments'],
  ['/v1/payments?reference=olena@example.com', '/v1/payments'],
  ['/v1/payments/pay_1/refunds', '/v1/payments/pay_1/refunds'],
  ['/v1/customers/olena%40example.com/cards/card_1?limit=1', '/v1/customers/…/cards/card_1'],
  ['/?', '/'],
  [`/callbacks/alliance/acc_1/pay_1/${TOKEN}`, '/callbacks/alliance/acc_1/pay_1/…'],
  [`/callbacks/alliance/acc_1/pay_1/${TOKEN}?x=${TOKEN}`, '/callbacks/alliance/acc_1/pay_1/…'],
  [`/callbacks/alliance/acc_1/pay_1/${TOKEN}/more/${TOKEN}`, '/callbacks/alliance/acc_1/pay_1/…'],
  [`/return/acc_1/pay_1/${TOKEN}`, '/return/acc_1/pay_1/…'],
  [`/return/acc_1/pay_1/${TOKEN}/`, '/return/acc_1/pay_1/…'],
])('%s is logged as %s', (url, logged) => {
  expect(loggableUrl(url)).toBe(logged);
});

describe('logRequests', () => {
  const lines: Record<string, unknown>[] = [];
  const server = Fastify();
  const logger = { log: (line: Record<string, unknown>) => lines.push(line) } as unknown as LoggerService;
  const measures = new Measures();
  logRequests(server, logger, measures);
  server.all('/*', (_request, reply) => reply.code(202).send({ secret: TOKEN }));

  beforeEach(() => lines.splice(0));
  afterAll(() => server.close());

  it('writes what was asked and how it ended, and nothing of what was said', async () => {
    await server.inject({
      method: 'POST',
      url: `/callbacks/alliance/acc_1/pay_1/${TOKEN}?secret=${TOKEN}`,
      headers: { authorization: `Bearer ${TOKEN}`, cookie: TOKEN, 'idempotency-key': TOKEN },
      payload: { pan: TOKEN },
    });
    expect(lines).toEqual([
      {
        requestId: expect.any(String) as string,
        method: 'POST',
        url: '/callbacks/alliance/acc_1/pay_1/…',
        statusCode: 202,
        ms: expect.any(Number) as number,
        msg: 'request',
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain(TOKEN);
  });

  it.each(['/health/live', '/health/ready?verbose'])('is silent about %s', async (url) => {
    await server.inject({ url });
    expect(lines).toEqual([]);
  });
});

describe('logOptions', () => {
  it('writes an error by name and code only', () => {
    let written = '';
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written += chunk.toString();
        done();
      },
    });
    const { serializers, level } = logOptions('warn').pinoHttp as Pick<LoggerOptions, 'serializers' | 'level'>;
    const logger = pino({ level: level!, serializers: serializers! }, stream);
    logger.error({ err: Object.assign(new TypeError(TOKEN), { code: '23505', detail: TOKEN }) }, 'query failed');
    logger.info('below the level');
    expect(JSON.parse(written)).toMatchObject({ err: { type: 'TypeError', code: '23505' } });
    expect(written).not.toMatch(new RegExp(`${TOKEN}|stack|below`, 'u'));
  });
});
