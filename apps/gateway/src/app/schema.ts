import { ApiKeyEntity } from '../accounts/api-key.entity.js';
import { ClientKeyEntity } from '../payments/bank-access/client-key.entity.js';
import { MerchantAccountEntity } from '../accounts/merchant-account.entity.js';
import { AuditEntryEntity } from '../audit/audit-entry.entity.js';
import { CallbackEntity } from '../callbacks/callback.entity.js';
import { DcmObjectEntity, DcmRuleEntity, DcmSubjectEntity } from '../dcm/store/dcm-access.entity.js';
import { DcmCallbackEntity, DcmReceiverEntity, DcmUsedTokenEntity } from '../dcm/store/dcm-callback.entity.js';
import { DcmCounterpartyEntity } from '../dcm/store/dcm-counterparty.entity.js';
import { DcmDecisionEntity, DcmIssuedTokenEntity } from '../dcm/store/dcm-decision.entity.js';
import { DcmSigningKeyEntity } from '../dcm/store/dcm-signing-key.entity.js';
import { OutboxEventEntity } from '../outbox/outbox-event.entity.js';
import { BankSessionEntity } from '../payments/bank-access/bank-session.entity.js';
import { IdempotencyKeyEntity } from '../payments/store/idempotency-key.entity.js';
import { OperationEntity } from '../payments/store/operation.entity.js';
import { SigningKeyEntity } from '../payments/bank-access/signing-key.entity.js';
import { SessionRenewalEntity } from '../payments/bank-access/session-renewal.entity.js';
import { PaymentLinkEntity } from '../payments/store/payment-link.entity.js';
import { PaymentEntity } from '../payments/store/payment.entity.js';
import { SavedCardEntity } from '../payments/store/saved-card.entity.js';
import { CreateAccountTables1796000000000 } from '../database/migrations/1796000000000-create-account-tables.js';
import { NameShopOrigins1796000000046 } from '../database/migrations/1796000000046-name-shop-origins.js';
import { CreatePaymentTables1796000000001 } from '../database/migrations/1796000000001-create-payment-tables.js';
import { CreateDcmTables1796000000002 } from '../database/migrations/1796000000002-create-dcm-tables.js';
import { KeepDcmCallbacks1796000000003 } from '../database/migrations/1796000000003-keep-dcm-callbacks.js';
import { CreateWebhookTables1796000000004 } from '../database/migrations/1796000000004-create-webhook-tables.js';
import { CreateRegisterTables1796000000010 } from '../database/migrations/1796000000010-create-register-tables.js';
import { CreatePaymentLinks1796000000013 } from '../database/migrations/1796000000013-create-payment-links.js';
import { LimitPayouts1796000000014 } from '../database/migrations/1796000000014-limit-payouts.js';
import { DropDueIndexesOfAll1796000000019 } from '../database/migrations/1796000000019-drop-due-indexes-of-all.js';
import { ListByDateAndCustomer1796000000020 } from '../database/migrations/1796000000020-list-by-date-and-customer.js';
import { CreateProofKeys1796000000021 } from '../database/migrations/1796000000021-create-proof-keys.js';
import { CreateBankSweeps1796000000022 } from '../database/migrations/1796000000022-create-bank-sweeps.js';
import { PartitionByMonth1796000000023 } from '../database/migrations/1796000000023-partition-by-month.js';
import { CreateSavedCards1796000000030 } from '../database/migrations/1796000000030-create-saved-cards.js';
import { ListByMetadataAndChange1796000000038 } from '../database/migrations/1796000000038-list-by-metadata-and-change.js';
import { EraseCustomers1796000000025 } from '../database/migrations/1796000000025-erase-customers.js';
import { RetentionRules1796000000024 } from '../database/migrations/1796000000024-retention-rules.js';
import { CreatePlans1796000000034 } from '../database/migrations/1796000000034-create-plans.js';
import { CreateSubscriptions1796000000035 } from '../database/migrations/1796000000035-create-subscriptions.js';
import { SUBSCRIPTION_TRANSITIONS } from '../subscriptions/domain/subscription.js';
import {
  ScheduledPaymentEntity,
  ScheduleDifferenceEntity,
  SubscriptionEntity,
} from '../subscriptions/store/subscription.entity.js';
import { PLAN_TRANSITIONS } from '../subscriptions/domain/plan.js';
import { REQUEST_TRANSITIONS } from '../subscriptions/domain/recurring-step.js';
import { PlanEntity, PlanVersionEntity } from '../subscriptions/store/plan.entity.js';
import { RecurringRequestEntity } from '../subscriptions/store/recurring-request.entity.js';
import { KEY_TRANSITIONS } from '../dcm/domain/key-lifecycle.js';
import { WebhookAttemptEntity } from '../webhooks/store/webhook-attempt.entity.js';
import { WebhookDeliveryEntity } from '../webhooks/store/webhook-delivery.entity.js';
import { WebhookEndpointEntity } from '../webhooks/store/webhook-endpoint.entity.js';
import { WebhookSecretEntity } from '../webhooks/store/webhook-secret.entity.js';
import { OPERATION_TRANSITIONS, TRANSITIONS } from '../payments/domain/statuses.js';
import { type GatewayConfig } from '../config/gateway-config.js';
import { type PoolWishes, postgresOptions, type PostgresOptions, type Schema } from '../database/data-source.js';

/** What the rooms keep in the database. */
const SCHEMA: Schema = {
  entities: [
    MerchantAccountEntity,
    ApiKeyEntity,
    ClientKeyEntity,
    BankSessionEntity,
    SessionRenewalEntity,
    PaymentEntity,
    OperationEntity,
    PaymentLinkEntity,
    SavedCardEntity,
    SigningKeyEntity,
    PlanEntity,
    PlanVersionEntity,
    RecurringRequestEntity,
    SubscriptionEntity,
    ScheduledPaymentEntity,
    ScheduleDifferenceEntity,
    IdempotencyKeyEntity,
    CallbackEntity,
    OutboxEventEntity,
    WebhookEndpointEntity,
    WebhookSecretEntity,
    WebhookDeliveryEntity,
    WebhookAttemptEntity,
    AuditEntryEntity,
    DcmCounterpartyEntity,
    DcmSubjectEntity,
    DcmObjectEntity,
    DcmRuleEntity,
    DcmSigningKeyEntity,
    DcmDecisionEntity,
    DcmIssuedTokenEntity,
    DcmCallbackEntity,
    DcmUsedTokenEntity,
    DcmReceiverEntity,
  ],
  migrations: [
    CreateAccountTables1796000000000,
    NameShopOrigins1796000000046,
    CreatePaymentTables1796000000001,
    CreateDcmTables1796000000002,
    KeepDcmCallbacks1796000000003,
    CreateWebhookTables1796000000004,
    CreateRegisterTables1796000000010,
    CreatePaymentLinks1796000000013,
    LimitPayouts1796000000014,
    DropDueIndexesOfAll1796000000019,
    ListByDateAndCustomer1796000000020,
    CreateProofKeys1796000000021,
    CreateBankSweeps1796000000022,
    PartitionByMonth1796000000023,
    CreateSavedCards1796000000030,
    ListByMetadataAndChange1796000000038,
    RetentionRules1796000000024,
    EraseCustomers1796000000025,
    CreatePlans1796000000034,
    CreateSubscriptions1796000000035,
  ],
  legalMoves: {
    payment: TRANSITIONS,
    operation: OPERATION_TRANSITIONS,
    plan: PLAN_TRANSITIONS,
    subscription: SUBSCRIPTION_TRANSITIONS,
    recurring_request: REQUEST_TRANSITIONS,
    dcm_signing_key: KEY_TRANSITIONS,
  },
};

/** How every gateway process and every test opens the database. */
export const dataSourceOptions = (url: string, pool: PoolWishes = {}): PostgresOptions =>
  postgresOptions(SCHEMA, url, pool);

/** The connections of a start, before the pool of the modules is there. */
export const startOptions = ({ databaseUrl, preparedStatements: prepared }: GatewayConfig): PostgresOptions =>
  dataSourceOptions(databaseUrl, { size: 2, prepared });
