import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { within } from '../../timing/deadline.js';
import { BankAuthRefusal } from './bank-auth-refusal.js';

/** Milliseconds from the arrival of a request. DCM gives the answer one second; the rest is for the network. */
const LIMIT_MS = 850;

/** Milliseconds that are left to answer a request. */
export const timeLeft = (context: ExecutionContext): number =>
  Math.max(0, LIMIT_MS - context.switchToHttp().getResponse<FastifyReply>().elapsedTime);

/** {@link timeLeft} as a parameter of a handler. */
export const TimeLeft = createParamDecorator((_: unknown, context: ExecutionContext): number => timeLeft(context));

/** @throws BankAuthRefusal `unavailable` when time is up; the work goes on unheard */
export const inTime = <T>(limitMs: number, work: Promise<T>): Promise<T> =>
  within(limitMs, work, () => {
    throw new BankAuthRefusal('unavailable');
  });
