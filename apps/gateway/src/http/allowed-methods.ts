import { type FastifyInstance } from 'fastify';
import { HttpProblem } from './http-problem.js';
import { pathOf } from './request-path.js';

/** Answers a method that a route does not have with 405 and `Allow`. To be called before the routes are registered. */
export function refuseOtherMethods(server: FastifyInstance): void {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  server.addHook('onRoute', ({ url, method }) => {
    routes.push({ pattern: patternOf(url), methods: [method].flat() });
  });
  server.addHook('onRequest', (request, reply, done) => {
    const path = request.is404 ? pathOf(request.url) : undefined;
    if (path === undefined) {
      done();
      return;
    }
    const methods = routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
    if (methods.length === 0) {
      done(new HttpProblem('ROUTE_NOT_FOUND', 'There is nothing at this address.'));
      return;
    }
    const allowed = [...new Set(methods)].toSorted().join(', ');
    void reply.header('allow', allowed);
    done(new HttpProblem('METHOD_NOT_ALLOWED', `This address takes ${allowed}.`));
  });
}

/** @param route as Fastify writes it: `/v1/payments/:id` */
function patternOf(route: string): RegExp {
  const literal = route.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll(/:[^/]+/gu, '[^/]+')}$`, 'u');
}
