import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';
import { type AuthorizationClaims } from '../token/claims.js';
import { SessionTokens } from './session-token.js';

interface RequestLike {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** By request, so that nothing of the platform under Nest can overwrite or print them. */
const admitted = new WeakMap<object, AuthorizationClaims>();

/**
 * For the Bank Auth Service: lets a request in whose `X-Session-ID` verifies. One 401 for every failure.
 * @example
 * const OnlyDcm = UseGuards(SessionTokenGuard); // then @OnlyDcm above the controller of the three routes
 */
@Injectable()
export class SessionTokenGuard implements CanActivate {
  readonly #tokens: SessionTokens;

  constructor(tokens: SessionTokens) {
    this.#tokens = tokens;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<RequestLike>();
    const header = request.headers['x-session-id'];
    const claims = await this.#tokens.admit(typeof header === 'string' ? header : undefined);
    if (!claims) throw new UnauthorizedException({ error: 'Access credentials are invalid' });
    admitted.set(request, claims);
    return true;
  }
}

/**
 * The verified claims, in a handler behind SessionTokenGuard: `check(@Authorization() { flow, obj, sub })`.
 * @example
 * class BankAuth {
 *   externalId(@Authorization() { obj }: AuthorizationClaims): ExternalIdAnswer {
 *     return { external_id: obj };
 *   }
 * }
 */
export const Authorization = createParamDecorator((_: unknown, context: ExecutionContext): AuthorizationClaims => {
  const claims = admitted.get(context.switchToHttp().getRequest<RequestLike>());
  if (!claims) throw new TypeError('@Authorization() needs SessionTokenGuard on the same handler');
  return claims;
});
