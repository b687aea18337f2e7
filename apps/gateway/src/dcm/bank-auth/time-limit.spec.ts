import { type ExecutionContext } from '@nestjs/common';
import { timeLeft, inTime } from './time-limit.js';

const arrivedAgo = (elapsedTime: number): ExecutionContext =>
  ({ switchToHttp: () => ({ getResponse: () => ({ elapsedTime }) }) }) as unknown as ExecutionContext;

describe('the time for an answer to DCM', () => {
  it.each([
    [0, 850], // DCM waits 1,000 ms; the rest is for the network
    [800, 50],
    [850, 0],
    [2_000, 0],
  ])('of a request that came %i ms ago %i ms are left', (elapsed, left) => {
    expect(timeLeft(arrivedAgo(elapsed))).toBe(left);
  });

  it('refuses when it is up, and does not wait for the work', async () => {
    await expect(inTime(0, new Promise(() => undefined))).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
