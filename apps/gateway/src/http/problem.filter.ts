import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { KeystoreError } from '#libs/keystore';
import { AccountError } from '../accounts/account-error.js';
import { isDatabaseAway, systemCode } from '../database/database-away.js';
import { errorTrace } from '../database/error-summary.js';
import { KeyHeldError, PaymentError } from '../payments/domain/payment-error.js';
import { HttpProblem } from './http-problem.js';
import { type FoundProblem, type HttpProblemCode, type ProblemCode, problemDocument } from './problem-catalogue.js';

/** Seconds after which a repeat is worth it, where the error does not say. */
const RETRY_AFTER_SECONDS: Readonly<Partial<Record<ProblemCode, number>>> = {
  IDEMPOTENCY_IN_FLIGHT: 2,
  SERVICE_UNAVAILABLE: 5,
};

const CODE_OF_STATUS: Readonly<Record<number, HttpProblemCode>> = {
  404: 'ROUTE_NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  413: 'BODY_TOO_LARGE',
  414: 'ADDRESS_TOO_LONG',
  415: 'MEDIA_TYPE_UNSUPPORTED',
  503: 'SERVICE_UNAVAILABLE',
};
/** A text, such as one with U+0000 in an address, that Postgres cannot hold. */
const UNSTORABLE = /^22(?:021|P05)$/u;

/** Turns whatever was thrown into an RFC 9457 problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  /** @param basePath prefix under which a proxy shows us, see `basePathOf` */
  constructor(private readonly basePath = '') {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const cause = error instanceof KeyHeldError ? error.cause : error;
    const found = problemOf(cause);
    if (found.code === 'INTERNAL_ERROR') this.logger.error(errorTrace(cause), `request ${request.id}`);
    const document = problemDocument(found, request.id, this.basePath);
    const retryAfter = knownDelay(error) ?? RETRY_AFTER_SECONDS[found.code];
    if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
    if (document.status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(document.status).type('application/problem+json').send(JSON.stringify(document));
  }
}

const knownDelay = (error: unknown): number | undefined =>
  error instanceof KeyHeldError || error instanceof PaymentError ? error.retryAfterSeconds : undefined;

/** Our own word first, then what is away, then what the framework says; the rest is a defect. */
function problemOf(error: unknown): FoundProblem {
  return ownProblem(error) ?? outage(error) ?? frameworkProblem(error) ?? DEFECT;
}

const DEFECT: FoundProblem = {
  code: 'INTERNAL_ERROR',
  detail: 'Something went wrong on our side. Nothing that was accepted is lost.',
};

function ownProblem(error: unknown): FoundProblem | undefined {
  if (error instanceof HttpProblem) {
    return { code: error.code, detail: error.message, ...(error.errors ? { errors: error.errors } : {}) };
  }
  return isRefusal(error) ? { code: error.code, detail: error.message } : undefined;
}

function outage(error: unknown): FoundProblem | undefined {
  if (error instanceof KeystoreError && error.retryable) {
    return {
      code: 'SERVICE_UNAVAILABLE',
      detail: 'The keys cannot be reached just now; nothing was sent to the bank.',
    };
  }
  if (isDatabaseAway(error)) return { code: 'SERVICE_UNAVAILABLE', detail: 'The database cannot be reached just now.' };
  if (!UNSTORABLE.test(systemCode(error))) return undefined;
  return { code: 'VALIDATION_FAILED', detail: 'The request holds a character that cannot be kept, such as U+0000.' };
}

function frameworkProblem(error: unknown): FoundProblem | undefined {
  const status = statusOf(error);
  if (status === undefined) return undefined;
  const code = CODE_OF_STATUS[status] ?? (status < 500 ? 'VALIDATION_FAILED' : undefined);
  return code && { code, detail: sentenceOf(error as Error) };
}

/** A message of the framework; what it quotes of an address ends before the query. */
const sentenceOf = ({ message }: Error): string => `${(message.split('?')[0] ?? '').replace(/\.$/u, '')}.`;

/** A rule of ours said no; its words are meant for the caller. */
const isRefusal = (error: unknown): error is PaymentError | AccountError =>
  error instanceof PaymentError || error instanceof AccountError;

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}
