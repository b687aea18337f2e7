import { type AllianceError } from '../error/alliance-error.js';

interface Limits {
  /** Milliseconds; none are left where it is not positive. */
  readonly ms: number;
  readonly signal?: AbortSignal | undefined;
  /** What it is when the time is over. */
  readonly late: () => AllianceError;
  /** What it is when the caller gives up. */
  readonly aborted: () => AllianceError;
}

/** What the work brings, or an error when this caller waits no longer; the work goes on, and others may wait for it. */
export async function within<T>(work: Promise<T>, { ms, signal, late, aborted }: Limits): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const abort = (): void => {
    reject(aborted());
  };
  const timer = setTimeout(
    () => {
      reject(late());
    },
    Math.max(0, ms),
  );
  signal?.addEventListener('abort', abort);
  try {
    if (signal?.aborted) abort();
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
