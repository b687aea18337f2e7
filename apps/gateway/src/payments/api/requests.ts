import { type FastifyReply } from 'fastify';
import { type KeyOwner } from '../../accounts/api-key.guard.js';
import { invalid } from '../../http/validation.js';
import { PaymentError } from '../domain/payment-error.js';
import { type Answer } from '../engine/idempotency.service.js';
import { type QrQuery } from './payment.dto.js';
import { drawQr } from './qr.js';

/** @throws PaymentError `IDEMPOTENCY_KEY_MISSING` | `IDEMPOTENCY_KEY_INVALID` */
export function checkKey(key: string | undefined): string {
  if (!key)
    throw new PaymentError('IDEMPOTENCY_KEY_MISSING', 'This request creates something: it needs an Idempotency-Key.');
  if (!/^[\x21-\x7e]{1,255}$/u.test(key)) {
    throw new PaymentError(
      'IDEMPOTENCY_KEY_INVALID',
      'The Idempotency-Key must be 1 to 255 printable ASCII characters.',
    );
  }
  return key;
}

/** Whoever pays real money comes back over TLS. @throws HttpProblem `VALIDATION_FAILED` */
export function checkReturnUrl({ livemode }: KeyOwner, returnUrl: string | undefined): void {
  if (livemode && returnUrl?.startsWith('https:') === false) {
    throw invalid([{ path: 'returnUrl', message: 'must be an https URL on a live account' }]);
  }
}

/** @param keptSeconds how long the caller's browser may keep the picture */
export function sendQr(reply: FastifyReply, text: string, { format }: QrQuery, keptSeconds: number): void {
  const { type, body } = drawQr(text, format);
  void reply.type(type).header('cache-control', `private, max-age=${keptSeconds}`).send(body);
}

/** The text is sent as it was kept, so that a replay is the same byte for byte. */
export function send(reply: FastifyReply, answer: Answer): void {
  if (answer.replayed) void reply.header('idempotent-replayed', 'true');
  void reply.status(answer.statusCode).type('application/json; charset=utf-8').send(answer.body);
}
