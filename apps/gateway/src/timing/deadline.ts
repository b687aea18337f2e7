/**
 * What `work` brings, or what `late` says when it takes longer than that. The work itself goes on, and its error is heard
 * by nobody then.
 */
export async function within<T, Late>(limitMs: number, work: Promise<T>, late: () => Late): Promise<T | Late> {
  const { promise: tooLate, resolve } = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(resolve, limitMs, LATE);
  try {
    const first = await Promise.race([work, tooLate]);
    return first === LATE ? late() : first;
  } finally {
    clearTimeout(timer);
  }
}

const LATE = Symbol('late');
