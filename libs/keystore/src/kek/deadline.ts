import { KeystoreError } from '../error/keystore-error.js';

export interface Deadline {
  /** Who is being waited for, as the error names it. */
  readonly who: string;
  readonly timeoutMs: number;
}

/** Ends at the deadline whether or not the work heeds the signal. @throws KeystoreError `KEYSTORE_UNAVAILABLE` */
export async function within<T>({ who, timeoutMs }: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new KeystoreError('KEYSTORE_UNAVAILABLE', `${who} did not answer within ${timeoutMs} ms`));
    controller.abort();
  }, timeoutMs);
  try {
    return await Promise.race([work(controller.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
