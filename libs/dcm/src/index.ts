export { type Issue, InMemoryIssuedTokens, IssuedTokens } from './issued-tokens.js';
export { type SignedCallback } from './callback-body.js';
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
} from './claims.js';
export { type BankCredential, type Credential, type DcmCredential } from './credential.js';
export { type DcmAudit, type DcmEvent } from './dcm-audit.js';
export { DcmClient, type RegisteredKey } from './dcm-client.js';
export { DcmError, type DcmErrorCode, type DcmErrorDetails, type DcmTokenErrorCode } from './dcm-error.js';
export { DcmTokens, type NewAuthorization, type NewOrder } from './dcm-tokens.js';
export { DcmVerifier, type Signer, type VerifierOptions } from './dcm-verifier.js';
export { DcmModule } from './dcm.module.js';
export { DCM_OPTIONS, type DcmEmployee, type DcmOptions } from './dcm.module-definition.js';
export { JWKS_LIMITS, JwksCache, type JwksCacheOptions, type JwksLimits } from './jwks-cache.js';
export { FixedKeySet, KeySet, type VerificationKey } from './key-set.js';
export { type CallOptions } from './operation-caller.js';
export { type AnswerOf, type Operation, type OperationId, OPERATIONS, type SchemeOperationId } from './operations.js';
export { InMemoryReplayMemory, ReplayMemory, type TokenUse } from './replay-memory.js';
export { readRsaPublicJwk, type RsaPublicJwk, thumbprintOf } from './rsa-jwk.js';
export { Authorization, SessionTokenGuard } from './session-token.guard.js';
export { SessionTokens } from './session-token.js';
export {
  generateSigningKey,
  importSigningKey,
  InMemorySigningKeys,
  kidOf,
  type SigningKey,
  SigningKeys,
} from './signing-keys.js';
