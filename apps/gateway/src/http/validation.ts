import { StandardSchemaValidationPipe } from '@nestjs/common';
import { type z } from 'zod';
import { type FieldError } from '../problems/coded-error.js';
import { HttpProblem } from './http-problem.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Checks whatever a handler declares with `{ schema }`; every wrong member is named at once. */
export const validationPipe = (): StandardSchemaValidationPipe =>
  new StandardSchemaValidationPipe({ exceptionFactory: (issues: readonly Issue[]) => invalid(issues.map(fieldError)) });

/** As the pipe does, for what no handler declares. @param where it stands: `body` or `query` @throws HttpProblem */
export function checked<T>(schema: z.ZodType<T>, value: unknown, where: 'body' | 'query'): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.map(fieldError), where);
}

export function invalid(errors: readonly FieldError[], where: 'body' | 'query' = 'body'): HttpProblem {
  const [first] = errors;
  const summary = first ? `${first.path || `The ${where}`} ${first.message}.` : 'The request is not valid.';
  return new HttpProblem('VALIDATION_FAILED', summary, errors);
}

const fieldError = ({ message, path }: Issue): FieldError => ({
  path: (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
  message,
});
