/** What an error code means to whoever called. Codes are stable: clients may branch on them. */
export interface Problem {
  /** Of HTTP. */
  readonly status: number;
  readonly title: string;
  /** What the caller should do. */
  readonly remedy: string;
  /** After which a repeat is worth it, where the error itself does not say. */
  readonly retryAfterSeconds?: number;
  /** Default: `unknown` of a 5xx, otherwise `none`. */
  readonly outcome?: Outcome;
  /** Default: `same_key` of a 5xx, otherwise `never`. */
  readonly retry?: Retry;
}

/** What became of the request: it had no effect, it may have had one, or what it asks for is so already. */
export const OUTCOMES = ['none', 'unknown', 'final'] as const;
export type Outcome = (typeof OUTCOMES)[number];
/** Whether to send it again: not as it is; as it is and under the same key; or once the cause is gone. */
export const RETRIES = ['never', 'same_key', 'later'] as const;
export type Retry = (typeof RETRIES)[number];

/** What a client that knows none of the codes can go by. */
export function adviceOf({ status, outcome, retry }: Problem): { readonly outcome: Outcome; readonly retry: Retry } {
  const isOurs = status >= 500;
  return { outcome: outcome ?? (isOurs ? 'unknown' : 'none'), retry: retry ?? (isOurs ? 'same_key' : 'never') };
}

/** The codes of one room, or of all. */
export type ProblemTable<Code extends string = string> = Readonly<Record<Code, Problem>>;

/** A member of the request that is wrong. */
export interface FieldError {
  /** Dotted, for example `customer.firstName`. */
  readonly path: string;
  readonly message: string;
}

export interface ErrorDetails extends ErrorOptions {
  readonly errors?: readonly FieldError[] | undefined;
  /** After which a repeat is worth it, where that is known. */
  readonly retryAfterSeconds?: number | undefined;
}

/** A rule of ours said no, in words for the caller. Each room has its own, and a {@link ProblemTable} beside its codes. */
export abstract class CodedError<Code extends string = string> extends Error {
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: Code,
    message: string,
    { errors, retryAfterSeconds, ...options }: ErrorDetails = {},
  ) {
    super(message, options);
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Failed for another reason, which is what the caller is told; but a repeat must wait. */
export abstract class DelayedError extends Error {
  constructor(
    override readonly cause: unknown,
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super(message);
  }
}
