import { StandardSchemaValidationPipe } from '@nestjs/common';
import { type FieldError } from '../problems/coded-error.js';
import { HttpProblem } from './http-problem.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Checks whatever a handler declares with `{ schema }`; every wrong member is named at once. */
export const validationPipe = (): StandardSchemaValidationPipe =>
  new StandardSchemaValidationPipe({ exceptionFactory: (issues: readonly Issue[]) => invalid(issues.map(fieldError)) });

export function invalid(errors: readonly FieldError[]): HttpProblem {
  const [first] = errors;
  const summary = first ? `${first.path || 'The body'} ${first.message}.` : 'The request is not valid.';
  return new HttpProblem('VALIDATION_FAILED', summary, errors);
}

const fieldError = ({ message, path }: Issue): FieldError => ({
  path: (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
  message,
});
