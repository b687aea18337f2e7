/** What a shop is told of, in webhooks and in the feed. A new type is a row here; the compiler asks for it. */
export const EVENT_TYPES = {
  'payment.requires_confirmation': 'The card data of the second step is awaited.',
  'payment.requires_action': 'The customer has a page of the bank to pay on.',
  'payment.processing': 'The customer is paying.',
  'payment.authorized': 'The money is held.',
  'payment.authorized_late': 'The money is held although the payment had ended before.',
  'payment.succeeded': 'The money is taken.',
  'payment.succeeded_late': 'The money came although the payment had ended before: deliver, or refund it.',
  'payment.failed': 'The payment failed; `failure` of the payment says why.',
  'payment.canceled': 'The payment was canceled, or what it held was released.',
  'payment.expired': 'Nobody paid in time, or the hold ran out.',
  'payment.needs_review': 'The outcome is not known and a person must look; it is still being asked for.',
  'payment.flagged': 'A person must look at something although the status stays; see `flags` of the payment.',
  'payment.flag_settled': 'A person looked at a flag of the payment and settled it.',
  'refund.created': 'A refund was sent to the bank.',
  'refund.updated': 'The status of a refund changed.',
  'refund.succeeded_late': 'A refund that had been given up is done.',
  'capture.created': 'A capture was sent to the bank.',
  'capture.updated': 'The status of a capture changed.',
  'capture.succeeded_late': 'A capture that had been given up is done.',
  'void.created': 'The release of a hold was sent to the bank.',
  'void.updated': 'The status of a release changed.',
  'void.succeeded_late': 'A release that had been given up is done.',
  'payment_link.created': 'A payment link was made.',
  'payment_link.updated': 'A payment link was switched on or off, or given another end or other notes.',
  'webhook_endpoint.test': 'Somebody asked for a test; only that endpoint gets it.',
} as const satisfies Readonly<Record<string, string>>;

export type EventType = keyof typeof EVENT_TYPES;
export const EVENT_TYPE_NAMES = Object.keys(EVENT_TYPES) as [EventType, ...EventType[]];
