import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { BankAuthRefusal } from './bank-auth-refusal.js';

/** Milliseconds from the arrival of a request. DCM gives the answer one second; the rest is for the network. */
const LIMIT_MS = 850;

/** Milliseconds that are left to answer a request. */
export const timeLeft = (context: ExecutionContext): number =>
  Math.max(0, LIMIT_MS - context.switchToHttp().getResponse<FastifyReply>().elapsedTime);

/** {@link timeLeft} as a parameter of a handler. */
export const TimeLeft = createParamDecorator((_: unknown, context: ExecutionContext): number => timeLeft(context));

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
