export { CardError, type CardErrorCode, type CardMember } from './card-error.js';
export { type CardExpiry, checkCvv, checkExpiry, checkNumber, readExpiry } from './check-card.js';
export { type Card, encryptCard, encryptCardNumber, type EncryptedCard } from './encrypt-card.js';
export { fetchPaymentKey, type PaymentKey } from './payment-key.js';
export { type CardScheme, factsOf, schemeOf, type SchemeFacts } from './schemes.js';
