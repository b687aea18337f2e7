/** Every type of event that the gateway of this version sends. A later one may send more: `otherwise` gets those. */
export const EVENT_TYPES = [
  'payment.requires_confirmation',
  'payment.requires_action',
  'payment.processing',
  'payment.authorized',
  'payment.authorized_late',
  'payment.succeeded',
  'payment.succeeded_late',
  'payment.failed',
  'payment.canceled',
  'payment.expired',
  'payment.needs_review',
  'payment.flagged',
  'payment.flag_settled',
  'refund.created',
  'refund.updated',
  'refund.succeeded_late',
  'capture.created',
  'capture.updated',
  'capture.succeeded_late',
  'void.created',
  'void.updated',
  'void.succeeded_late',
  'payment_link.created',
  'payment_link.updated',
  'webhook_endpoint.test',
] as const;

/** A type of event, such as `payment.succeeded`. */
export type EventType = (typeof EVENT_TYPES)[number];
