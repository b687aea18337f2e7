import { type ArgumentsHost, Catch, type ExceptionFilter, Logger, UnauthorizedException } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { BankAuthRefusal, type RefusalKind, REFUSALS } from './bank-auth-refusal.js';

/** DCM reads the status alone: short JSON, the same for every denial. */
@Catch()
export class BankAuthFilter implements ExceptionFilter {
  private readonly logger = new Logger(BankAuthFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const kind = kindOf(error);
    if (kind === 'unavailable' && !(error instanceof BankAuthRefusal)) {
      const { id } = host.switchToHttp().getRequest<FastifyRequest>();
      const { name, code = '' } = error as Error & { readonly code?: string };
      this.logger.error(`request ${id} not answered: ${name} ${code}`);
    }
    const { status, error: text } = REFUSALS[kind];
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (kind !== 'denied') void reply.header('retry-after', 1);
    void reply.status(status).header('cache-control', 'no-store').send({ error: text });
  }
}

function kindOf(error: unknown): RefusalKind {
  if (error instanceof BankAuthRefusal) return error.kind;
  return error instanceof UnauthorizedException ? 'denied' : 'unavailable';
}
