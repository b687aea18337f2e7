import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { HttpProblem } from '../http/http-problem.js';

/** The key of the operators' routes, as a hash. */
export class OpsKey {
  private readonly hash: Buffer;

  constructor(key: string) {
    this.hash = hashOf(key);
  }

  matches(key: string): boolean {
    return timingSafeEqual(hashOf(key), this.hash);
  }
}

/** Lets in operators only: a merchant's API key is no operator's key. */
@Injectable()
export class OpsKeyGuard implements CanActivate {
  constructor(private readonly key: OpsKey) {}

  canActivate(context: ExecutionContext): boolean {
    const { authorization = '' } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    if (!authorization) throw new HttpProblem('API_KEY_MISSING', 'The request carries no operator key.');
    if (this.key.matches(authorization.replace(/^bearer /iu, ''))) return true;
    throw new HttpProblem('API_KEY_INVALID', 'This is not the operator key.');
  }
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();
