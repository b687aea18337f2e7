/**
 * - `WEBHOOK_HEADERS_MISSING`: a header of the three is missing, or there twice
 * - `WEBHOOK_TIMESTAMP_OUTSIDE`: too old, or of the future
 * - `WEBHOOK_SIGNATURE_WRONG`: not from the gateway, changed on the way, or signed with another secret
 * - `WEBHOOK_TOO_LARGE`: no event is as long
 * - `WEBHOOK_EVENT_UNREADABLE`: rightly signed, and no event
 */
export type WebhookErrorCode =
  | 'WEBHOOK_HEADERS_MISSING'
  | 'WEBHOOK_TIMESTAMP_OUTSIDE'
  | 'WEBHOOK_SIGNATURE_WRONG'
  | 'WEBHOOK_TOO_LARGE'
  | 'WEBHOOK_EVENT_UNREADABLE';

/** A request that is no webhook of the gateway. Answer it with {@link status}. Its words hold nothing of the request: log it. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  /** Of HTTP: 413 for what is too large, 400 for everything else. */
  readonly status: 400 | 413;

  constructor(
    readonly code: WebhookErrorCode,
    message: string,
  ) {
    super(message);
    this.status = code === 'WEBHOOK_TOO_LARGE' ? 413 : 400;
  }
}
