import { BankAuthRefusal } from './bank-auth-refusal.js';

/**
 * DCM gives an answer one second. Milliseconds: a token may wait 500 ms for DCM's keys, a decision is one statement and
 * two values to open; what is left is for the network.
 */
export const TIME_LIMIT_MS = { token: 550, decision: 350 } as const;

/** @throws BankAuthRefusal `unavailable` when time is up; the work goes on unheard */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new BankAuthRefusal('unavailable'));
  }, limitMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
