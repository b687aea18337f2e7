import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
/** Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32;

/** @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export const newWebhookSecret = (): string => secretOf(randomBytes(SECRET_BYTES));

/** A key as it is shown. */
export const secretOf = (key: Buffer): string => `${PREFIX}${key.toString('base64')}`;

export interface SignedHeaders extends Readonly<Record<string, string>> {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * Headers of a message, with a signature for each secret, so that a receiver may have either during a rotation.
 * @param timestamp seconds since 1970
 * @param secrets `whsec_…`
 */
export function signMessage(
  message: { readonly id: string; readonly timestamp: number; readonly body: string },
  secrets: readonly string[],
): SignedHeaders {
  const { id, timestamp, body } = message;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}
