import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { ApiKeysService, type KeyOwner } from './api-keys.service.js';
import { scopesOf } from './scopes.js';
import { HttpProblem } from '../http/http-problem.js';

export type { KeyOwner };

type AuthenticatedRequest = FastifyRequest & { caller?: KeyOwner };

/** Lets in whoever shows an API key that may do this from here, and remembers whose it is. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly keys: ApiKeysService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const [scheme, key, ...rest] = (request.headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !key || rest.length > 0) {
      throw new HttpProblem('API_KEY_MISSING', 'The request carries no API key.');
    }
    const found = await this.keys.find(key);
    if (!found) throw new HttpProblem('API_KEY_INVALID', 'The API key is malformed, unknown, expired or revoked.');
    if (!found.isAllowedFrom(request.ip))
      throw new HttpProblem('API_KEY_ADDRESS_REFUSED', `The key may not be used from ${request.ip}.`);
    checkScope(found.owner, context.getHandler());
    request.caller = found.owner;
    return true;
  }
}

/** A route that forgot to declare its scopes is open to nobody. */
function checkScope({ scopes }: KeyOwner, route: object): void {
  const needed = scopesOf(route) ?? [];
  if (needed.some((scope) => scopes.includes(scope))) return;
  throw new HttpProblem('API_KEY_SCOPE_MISSING', `The key needs the scope ${needed.join(' or ')}.`);
}

/** The merchant account that the request acts for. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): KeyOwner => {
  const { caller } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!caller) throw new HttpProblem('API_KEY_MISSING', 'The request carries no API key.');
  return caller;
});
