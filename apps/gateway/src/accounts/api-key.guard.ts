import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { ApiKeysService, type KeyOwner } from './api-keys.service.js';
import { HttpProblem } from '../http/http-problem.js';

export type { KeyOwner };

type AuthenticatedRequest = FastifyRequest & { caller?: KeyOwner };

/** Lets in whoever shows an API key, and remembers whose it is. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly keys: ApiKeysService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const [scheme, key, ...rest] = (request.headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !key || rest.length > 0) {
      throw new HttpProblem('API_KEY_MISSING', 'The request carries no API key.');
    }
    const caller = await this.keys.findOwner(key);
    if (!caller) throw new HttpProblem('API_KEY_INVALID', 'The API key is malformed, unknown or revoked.');
    request.caller = caller;
    return true;
  }
}

/** The merchant account that the request acts for. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): KeyOwner => {
  const { caller } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!caller) throw new HttpProblem('API_KEY_MISSING', 'The request carries no API key.');
  return caller;
});
