import { type FastifyReply, type FastifyRequest } from 'fastify';

export type Body = Readonly<Record<string, unknown>>;

/** @throws Error when the body is neither empty nor a JSON object */
export const bodyOf = ({ body }: FastifyRequest): Body => {
  if (typeof body !== 'string' || body.trim() === '') return {};
  const value: unknown = JSON.parse(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('the body must be a JSON object');
  return value as Body;
};

/** A mistake in a control call is told in one sentence. */
export const attempt = async (reply: FastifyReply, work: () => unknown): Promise<unknown> => {
  try {
    return await work();
  } catch (error) {
    return reply.code(400).send({ error: error instanceof Error ? error.message : 'bad request' });
  }
};

/** Kopiyky, where they are told. @throws Error with one sentence */
export const amountOf = ({ coinAmount }: Body): { coinAmount?: number } => {
  if (coinAmount === undefined) return {};
  if (typeof coinAmount !== 'number' || !Number.isSafeInteger(coinAmount) || coinAmount <= 0)
    throw new Error('coinAmount must be a whole number of kopiyky above 0');
  return { coinAmount };
};
