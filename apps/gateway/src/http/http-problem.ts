import { type DcmProblemCode, type FieldError, type HttpProblemCode } from './problem-catalogue.js';

/** A problem found at the edge. `message` goes to the caller. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  constructor(
    readonly code: HttpProblemCode | DcmProblemCode,
    message: string,
    readonly errors?: readonly FieldError[],
  ) {
    super(message);
  }
}
