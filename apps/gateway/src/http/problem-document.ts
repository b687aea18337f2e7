import { type FieldError, type ProblemTable } from '../problems/coded-error.js';

/** A problem document as RFC 9457 has it. */
export interface ProblemDocument {
  /** Reference to the page that explains the code, from the root of this host. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
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
  /** @param basePath prefix under which a proxy shows us, see `basePathOf` */
  constructor(
    private readonly problems: ProblemTable<Code>,
    private readonly basePath = '',
  ) {}

  of({ code, detail, errors }: FoundProblem<Code>, requestId: string): ProblemDocument {
    const { status, title } = this.problems[code];
    const type = `${this.basePath}/docs/problems#${code}`;
    return { type, title, status, detail, code, instance: `urn:uuid:${requestId}`, ...(errors ? { errors } : {}) };
  }
}
