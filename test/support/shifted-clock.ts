import { jest } from '@jest/globals';

type Timers = Parameters<typeof jest.useFakeTimers>[0];
const ALL_BUT_DATE = [
  ...['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
  ...['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
];

/** Runs something while the wall clock of this process, and nothing else, is off by so many milliseconds. */
export async function withClockOff<T>(ms: number, run: () => Promise<T>): Promise<T> {
  jest.useFakeTimers({ doNotFake: ALL_BUT_DATE, now: Date.now() + ms } as Timers);
  try {
    return await run();
  } finally {
    jest.useRealTimers();
  }
}

/** Runs something as if so many milliseconds had passed, for the wall clock and for the monotonic one. */
export async function afterTime<T>(ms: number, run: () => Promise<T>): Promise<T> {
  const now = performance.now.bind(performance);
  performance.now = () => now() + ms;
  try {
    return await withClockOff(ms, run);
  } finally {
    performance.now = now;
  }
}
