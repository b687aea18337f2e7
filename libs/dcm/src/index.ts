export { type Issue, InMemoryIssuedTokens, IssuedTokens } from './token/issued-tokens.js';
export { type SignedCallback } from './token/callback-body.js';
export {
  type CallbackKind,
  type CallbackName,
  type CallbackOf,
  CALLBACKS,
  DcmCallbacks,
  readCallback,
  readNotice,
} from './callback/callbacks.js';
export {
  type AuthorizationClaims,
  type FinalRecipient,
  type Flow,
  FLOWS,
  isFlow,
  LIMITS,
  type OrderClaims,
  type PayloadClaims,
  type RequestClaims,
} from './token/claims.js';
export { type BankCredential, type Credential, type DcmCredential } from './client/credential.js';
export { type DcmAudit, type DcmEvent } from './error/dcm-audit.js';
export { DcmClient, type RegisteredKey } from './client/dcm-client.js';
export {
  type BankAuthCall,
  DcmError,
  type DcmErrorCode,
  type DcmErrorDetails,
  type DcmTokenErrorCode,
} from './error/dcm-error.js';
export { type ExternalIdAnswer, type KeyAnswer, type UserAuthAnswer } from './guard/bank-auth-answers.js';
export { DcmTokens, type NewAuthorization, type NewOrder } from './token/dcm-tokens.js';
export { DcmVerifier, type Signer, type VerifierOptions } from './token/dcm-verifier.js';
export { DcmModule } from './module/dcm.module.js';
export {
  DCM_OPTIONS,
  type DcmEmployee,
  type DcmModuleExtras,
  type DcmOptions,
  type DcmOptionsFactory,
  getDcmToken,
  InjectDcm,
} from './module/dcm.module-definition.js';
export { JWKS_LIMITS, JwksCache, type JwksCacheOptions, type JwksLimits } from './key/jwks-cache.js';
export { FixedKeySet, KeySet, type VerificationKey } from './key/key-set.js';
export { type CallOptions } from './client/operation-caller.js';
export {
  type AnswerOf,
  type Operation,
  type OperationId,
  OPERATIONS,
  type SchemeOperationId,
} from './client/operations.js';
export {
  type DataEncryption,
  KEY_WRAPS,
  type KeyWrap,
  openPersonalData,
  sealPersonalData,
} from './key/personal-data.js';
export { InMemoryReplayMemory, ReplayMemory, type TokenUse } from './token/replay-memory.js';
export { readRsaPublicJwk, type RsaPublicJwk, thumbprintOf } from './key/rsa-jwk.js';
export { Authorization, SessionTokenGuard } from './guard/session-token.guard.js';
export { SessionTokens } from './guard/session-token.js';
export {
  generateSigningKey,
  importSigningKey,
  InMemorySigningKeys,
  kidOf,
  type SigningKey,
  SigningKeys,
} from './key/signing-keys.js';
