export { type AllianceAccount, AllianceAccounts, clientKeysOf } from './alliance-account.js';
export { type AccountCallOptions, AllianceClient } from './alliance-client.js';
export {
  AllianceError,
  type AllianceErrorCode,
  type AllianceErrorDetails,
  type BankRefusal,
} from './alliance-error.js';
export { AllianceHttpInterceptor } from './alliance-http.interceptor.js';
export { AllianceSession } from './alliance-session.js';
export { AllianceModule } from './alliance.module.js';
export { ALLIANCE_OPTIONS, type AllianceOptions, callTimeoutOf } from './alliance.module-definition.js';
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
} from './bank-order.js';
export { type AllianceRequest, type CallOptions } from './bank-call.js';
export { BankClock, CLOCK_DIFFERS_MS } from './bank-clock.js';
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
export { decodeCallback } from './callback-codec.js';
export { CommunicationKey, type PublicJwk, readPublicJwk } from './communication-key.js';
export { BANK_CODES, type BankCodeMeaning } from './error-codes.js';
export { type CommunicationKeys, openJwe, sealJwe } from './jwe-codec.js';
export { type JwsAlgorithm } from './jws/algorithms.js';
export { SigningKey, type SigningKeyOptions } from './jws/signing-key.js';
export { isPublishedExampleKey } from './published-keys.js';
export { type ProcessClocks, SEND_WINDOW_MS, SendWindow } from './send-window.js';
export {
  type BankSession,
  type FreshSession,
  InMemorySessionStore,
  type RenewalRequest,
  SessionStore,
  UNDECRYPTABLE_APART_SECONDS,
  UNDECRYPTABLE_LIMIT,
} from './session-store.js';
export { formatBankTime, parseBankTime } from './wire/bank-time.js';
