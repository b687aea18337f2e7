import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { errorSummary } from '../../database/error-summary.js';

/** Every answer but 200. A 4xx is final for DCM, a 5xx is tried again. Source: platform guide, "Retry policy". */
const REFUSALS = {
  unreadable: { status: 400, error: 'The callback cannot be read' },
  /** One text for whatever is wrong with a token. Source: bank guide, "Errors". */
  denied: { status: 401, error: 'Access credentials are invalid' },
  /** Of another bank, or no such address. */
  not_ours: { status: 404, error: 'not found' },
  differs: { status: 409, error: 'Something else was said before' },
  media_type: { status: 415, error: 'The media type is not supported' },
  too_many: { status: 429, error: 'Too many requests' },
  unavailable: { status: 503, error: 'Service unavailable' },
} as const;
type RefusalKind = keyof typeof REFUSALS;

export class CallbackRefusal extends Error {
  override readonly name = 'CallbackRefusal';
  constructor(readonly kind: RefusalKind) {
    super(kind);
  }
}

/** DCM reads the status alone. What is no refusal of ours was not kept, and is to come again. */
@Catch()
export class CallbackFilter implements ExceptionFilter {
  private readonly logger = new Logger(CallbackFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const kind = error instanceof CallbackRefusal ? error.kind : 'unavailable';
    if (!(error instanceof CallbackRefusal)) {
      const { id } = host.switchToHttp().getRequest<FastifyRequest>();
      this.logger.error(`request ${id} not answered: ${errorSummary(error)}`);
    }
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, error: text } = REFUSALS[kind];
    if (kind === 'too_many' || kind === 'unavailable') void reply.header('retry-after', 1);
    void reply.status(status).type('application/json').header('cache-control', 'no-store').send({ error: text });
  }
}
