import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { KeystoreError } from '#libs/keystore';
import { isDatabaseAway, systemCode } from '../database/database-away.js';
import { errorTrace } from '../database/error-summary.js';
import { CodedError, DelayedError, type ProblemTable } from '../problems/coded-error.js';
import { type HttpProblemCode } from './http-problem.js';
import { type FoundProblem, ProblemDocuments } from './problem-document.js';

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

/** Turns whatever was thrown into an RFC 9457 problem document. It knows the codes of the edge; the rooms bring theirs. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);
  private readonly documents: ProblemDocuments;

  /** @param root where this gateway is seen from outside, without a slash at its end */
  constructor(
    private readonly problems: ProblemTable,
    root = '',
  ) {
    this.documents = new ProblemDocuments(problems, root);
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const cause = error instanceof DelayedError ? error.cause : error;
    const found = this.problemOf(cause);
    if (found.code === 'INTERNAL_ERROR') this.logger.error(errorTrace(cause), `request ${request.id}`);
    const document = this.documents.of(found, request.id);
    const retryAfter = knownDelay(error) ?? this.problems[found.code]?.retryAfterSeconds;
    if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
    if (document.status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(document.status).type('application/problem+json').send(JSON.stringify(document));
  }

  /** Our own word first, then what is away, then what the framework says; the rest is a defect. */
  private problemOf(error: unknown): FoundProblem {
    return this.ownProblem(error) ?? outage(error) ?? frameworkProblem(error) ?? DEFECT;
  }

  /** A rule of ours said no; its words are meant for the caller. */
  private ownProblem(error: unknown): FoundProblem | undefined {
    if (!(error instanceof CodedError)) return undefined;
    const { code, message, errors } = error as CodedError;
    return Object.hasOwn(this.problems, code) ? { code, detail: message, errors } : undefined;
  }
}

const knownDelay = (error: unknown): number | undefined =>
  error instanceof DelayedError || error instanceof CodedError ? error.retryAfterSeconds : undefined;

const DEFECT: FoundProblem<HttpProblemCode> = {
  code: 'INTERNAL_ERROR',
  detail: 'Something went wrong on our side. Nothing that was accepted is lost.',
};

function outage(error: unknown): FoundProblem<HttpProblemCode> | undefined {
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

function frameworkProblem(error: unknown): FoundProblem<HttpProblemCode> | undefined {
  const status = statusOf(error);
  if (status === undefined) return undefined;
  const code = CODE_OF_STATUS[status] ?? (status < 500 ? 'VALIDATION_FAILED' : undefined);
  return code && { code, detail: sentenceOf(error as Error) };
}

/** A message of the framework; what it quotes of an address ends before the query. */
const sentenceOf = ({ message }: Error): string => `${(message.split('?')[0] ?? '').replace(/\.$/u, '')}.`;

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}
