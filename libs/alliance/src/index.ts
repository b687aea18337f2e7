export { type AllianceAccount, AllianceAccounts, clientKeysOf } from './account/alliance-account.js';
export { type AccountCallOptions, AllianceClient } from './client/alliance-client.js';
export {
  AllianceError,
  type AllianceErrorCode,
  type AllianceErrorDetails,
  type BankRefusal,
} from './error/alliance-error.js';
export { AllianceHttpInterceptor, type AttachableAxios } from './http/alliance-http.interceptor.js';
export { AllianceSession, type SessionWait } from './session/alliance-session.js';
export { type BankSession, type FreshSession, parseSession, serializeSession } from './session/bank-session.js';
export { AllianceModule } from './module/alliance.module.js';
export {
  ALLIANCE_OPTIONS,
  type AllianceModuleExtras,
  type AllianceOptions,
  type AllianceOptionsFactory,
  callTimeoutOf,
  getAllianceToken,
  InjectAlliance,
} from './module/alliance.module-definition.js';
export {
  type BankCallback,
  type BankOperation,
  type CreateHppOrder,
  type CreateRefund,
  type CustomerData,
  type HppLanguage,
  type HppOrder,
  type HppPaymentMethod,
  type HppPayType,
  type HppStatusPageType,
  type OperationStatus,
  type OperationType,
  type OrderStatus,
} from './client/bank-order.js';
export { allianceConfig, type AllianceRequest, type CallOptions } from './client/bank-call.js';
export { type ExpectedPayment, isFinal, isPaid } from './client/order-outcome.js';
export { BankClock, CLOCK_DIFFERS_MS } from './http/bank-clock.js';
export { type CallRow, type Protocol } from './calls/call.js';
export {
  type AccountCallId,
  type AnswerOf,
  type BodyOf,
  type CallId,
  CALLS,
  type PageId,
  type ProtocolOf,
} from './calls/calls.js';
export {
  type CardExpiry,
  encryptCardData,
  encryptCardNumber,
  encryptCvv,
  encryptExpiry,
  encryptWalletData,
} from './calls/card-data.js';
export { type CardJwe } from './calls/members.js';
export { decodeCallback } from './wire/callback-codec.js';
export { CommunicationKey, type PublicJwk, readPublicJwk, thumbprintOf } from './jwe/communication-key.js';
export { BANK_CODES, type BankCode, type BankCodeMeaning, meaningOfCode } from './error/error-codes.js';
export { type CommunicationKeys, openJwe, sealJwe } from './jwe/jwe-codec.js';
export { type JwsAlgorithm } from './jws/algorithms.js';
export { type BankKeyResolver, openJws, type SignatureFacts, signJws } from './jws/jws-codec.js';
export { SigningKey, type SigningKeyOptions } from './jws/signing-key.js';
export { isPublishedExampleKey } from './jwe/published-keys.js';
export { type ProcessClocks, SEND_WINDOW_MS, SendWindow } from './http/send-window.js';
export {
  InMemorySessionStore,
  type RenewalRequest,
  SessionStore,
  UNDECRYPTABLE_APART_SECONDS,
  UNDECRYPTABLE_LIMIT,
} from './session/session-store.js';
export { formatBankTime, parseBankTime } from './wire/bank-time.js';
