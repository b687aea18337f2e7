export { EVENT_TYPES, type EventType } from './event-types.js';
export { PostgresSequences, type SequencesClient, type SequencesPool } from './postgres-sequences.js';
export { readEvent, type ReceivedEvent } from './received-event.js';
export { type EventContext, MemorySequences, type Sequences } from './sequences.js';
export { signWebhook, type SignedRequest, verifyWebhook, type VerifyOptions } from './verify.js';
export { WebhookError, type WebhookErrorCode } from './webhook-error.js';
export { type ReceiverOptions, type WebhookHandler, type WebhookOutcome, WebhookReceiver } from './webhook-receiver.js';
