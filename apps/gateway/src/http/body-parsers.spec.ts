import Fastify, { type FastifyInstance } from 'fastify';
import { registerBodyParsers } from './body-parsers.js';
import { type HttpProblem } from './http-problem.js';

describe('registerBodyParsers', () => {
  let server: FastifyInstance;

  beforeAll(() => {
    server = Fastify();
    registerBodyParsers(server);
    server.post('/*', (request) => ({ verbatim: Buffer.isBuffer(request.body), text: textOf(request.body) }));
    server.setErrorHandler((error: HttpProblem & { statusCode?: number }, _request, reply) =>
      reply.code(error.statusCode ?? 400).send({ code: error.code, message: error.message }),
    );
  });
  afterAll(() => server.close());

  const post = (url: string, payload: string | Buffer, type?: string) =>
    server.inject({ method: 'POST', url, payload, headers: type === undefined ? {} : { 'content-type': type } });

  it.each<[string, string, string]>([
    ['/v1/payments', 'application/json', '{"amount":1}'],
    ['/v1/payments', 'application/json; charset=utf-8', '{"amount":1}'],
  ])('%s reads %s', async (url, type, payload) => {
    expect((await post(url, payload, type)).json()).toEqual({ verbatim: false, text: payload });
  });

  it('reads no body as nothing, for the schema to refuse', async () => {
    expect((await post('/v1/payments', '', 'application/json')).json()).toEqual({ verbatim: false });
  });

  it.each<[string, string]>([
    ['text/plain', '{"amount":1}'],
    ['application/x-www-form-urlencoded', 'amount=1'],
    ['application/jsonx', '{}'],
  ])('the API refuses %s', async (type, payload) => {
    expect((await post('/v1/payments', payload, type)).json()).toMatchObject({ code: 'MEDIA_TYPE_UNSUPPORTED' });
  });

  it.each<[string | undefined, string]>([
    ['application/json', '{"amount":1.50,"amount":2}'],
    ['application/json', 'not json'],
    ['text/plain', 'a.b.c.d.e'],
    ['application/jose', 'a.b.c.d.e'],
  ])('a callback of type %s is kept as it came', async (type, payload) => {
    expect((await post('/callbacks/alliance/a/p/t', payload, type)).json()).toEqual({ verbatim: true, text: payload });
  });

  it.each(['/v1/payments', '/callbacks/alliance/a/p/t'])('%s takes 64 KB and not a byte more', async (url) => {
    const json = (bytes: number): string => `"${'x'.repeat(bytes - 2)}"`;
    expect((await post(url, json(65_536), 'application/json')).statusCode).toBe(200);
    expect((await post(url, json(65_537), 'application/json')).statusCode).toBe(413);
  });
});

function textOf(body: unknown): string | undefined {
  if (body === undefined) return undefined;
  return Buffer.isBuffer(body) ? body.toString() : JSON.stringify(body);
}
