import { adviceOf, type FieldError, type Outcome, type ProblemTable, type Retry } from '../problems/coded-error.js';

/** A problem document as RFC 9457 has it. */
export interface ProblemDocument {
  /** Address of the page that explains the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly outcome: Outcome;
  readonly retry: Retry;
  /** The id of the request, as in the log. */
  readonly instance: string;
  readonly errors?: readonly FieldError[];
}

/** Words for one request. */
export interface FoundProblem<Code extends string = string> {
  readonly code: Code;
  readonly detail: string;
  readonly errors?: readonly FieldError[] | undefined;
}

/** Makes documents of what is found wrong with requests. */
export class ProblemDocuments<Code extends string = string> {
  /** @param root where this gateway is seen from outside, without a slash at its end */
  constructor(
    private readonly problems: ProblemTable<Code>,
    private readonly root = '',
  ) {}

  of({ code, detail, errors }: FoundProblem<Code>, requestId: string): ProblemDocument {
    const problem = this.problems[code];
    const { status, title } = problem;
    return {
      ...{ type: `${this.root}/docs/problems#${code}`, title, status, detail, code, ...adviceOf(problem) },
      ...{ instance: `urn:uuid:${requestId}`, ...(errors ? { errors } : {}) },
    };
  }
}
