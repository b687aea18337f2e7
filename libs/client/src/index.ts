export {
  type CreatePayment,
  type Event,
  type Operations,
  type Payment,
  type PaymentLink,
  type Payout,
  type Problem,
  type Refund,
  type Schemas,
  type Unknown,
  type Verification,
} from './api-types.js';
export {
  type AnswerOf,
  type CallOptions,
  type ClientOptions,
  GatewayClient,
  type ListName,
  type OperationName,
  type RequestOf,
} from './gateway-client.js';
export { type Failure, GatewayError, type Outcome, type Retry } from './gateway-error.js';
