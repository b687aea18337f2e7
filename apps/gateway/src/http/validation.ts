import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { type FieldError } from '../problems/coded-error.js';
import { HttpProblem } from './http-problem.js';
import { wordsOf } from './issue-words.js';

type Where = 'body' | 'query';

/** Checks whatever a handler declares with `{ schema }`. */
@Injectable()
class ValidationPipe implements PipeTransform {
  transform(value: unknown, { type, schema }: ArgumentMetadata): unknown {
    if (!(schema instanceof z.ZodType)) return value;
    return type === 'query' ? checked(schema, deepened(value), 'query') : checked(schema, value, 'body');
  }
}

export const validationPipe = (): PipeTransform => new ValidationPipe();

/** Members such as `metadata[order]`, as OpenAPI's style `deepObject` writes them, become members of an object. */
function deepened(query: unknown): unknown {
  const flat: [string, unknown][] = [];
  const deep = new Map<string, [string, unknown][]>();
  for (const [name, value] of Object.entries(query ?? {})) {
    const [, parent, key] = /^([a-zA-Z]+)\[([^[\]]+)\]$/u.exec(name) ?? [];
    if (parent === undefined || key === undefined) flat.push([name, value]);
    else deep.set(parent, [...(deep.get(parent) ?? []), [key, value]]);
  }
  return Object.fromEntries([...flat, ...[...deep].map(([name, members]) => [name, Object.fromEntries(members)])]);
}

/** Every wrong member is named at once; a body that is not there counts as one without members. @throws HttpProblem `VALIDATION_FAILED` */
export function checked<T>(schema: z.ZodType<T>, value: unknown, where: Where): T {
  const parsed = schema.safeParse(value ?? {}, { error: wordsOf });
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.flatMap(fieldErrors), where);
}

export function invalid(errors: readonly FieldError[], where: Where = 'body'): HttpProblem {
  const [first] = errors;
  const summary = first ? `${first.path || `The ${where}`} ${first.message}.` : 'The request is not valid.';
  return new HttpProblem('VALIDATION_FAILED', summary, { errors });
}

/** A member that is not known is named like any other. */
function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }];
  return issue.keys.map((key) => ({ path: [...path, key.slice(0, 100)].join('.'), message: 'is not known here' }));
}
