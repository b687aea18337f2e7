import { ApiKeyEntity } from '../accounts/api-key.entity.js';
import { ClientKeyEntity } from '../accounts/client-key.entity.js';
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
import { SessionRenewalEntity } from '../payments/bank-access/session-renewal.entity.js';
import { PaymentEntity } from '../payments/store/payment.entity.js';
import { CreatePaymentTables1795334400000 } from '../database/migrations/1795334400000-create-payment-tables.js';
import { CreateDcmTables1795420800000 } from '../database/migrations/1795420800000-create-dcm-tables.js';
import { AddSessionWaiting1795685400000 } from '../database/migrations/1795685400000-add-session-waiting.js';
import { PinOperationTerminal1795700100000 } from '../database/migrations/1795700100000-pin-operation-terminal.js';
import { FollowPaymentsToTheEnd1795710000000 } from '../database/migrations/1795710000000-follow-payments-to-the-end.js';
import { FenceIdempotencyKeys1795786500000 } from '../database/migrations/1795786500000-fence-idempotency-keys.js';
import { IndexWhatIsAsked1795710300000 } from '../database/migrations/1795710300000-index-what-is-asked.js';
import { KeepDcmCallbacks1795800000000 } from '../database/migrations/1795800000000-keep-dcm-callbacks.js';
import { NoteOrdersOfOthers1795790000000 } from '../database/migrations/1795790000000-note-orders-of-others.js';
import { RememberWhatRefundsShowed1795713600000 } from '../database/migrations/1795713600000-remember-what-refunds-showed.js';
import { postgresOptions, type PostgresOptions, type Schema } from '../database/data-source.js';

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
    IdempotencyKeyEntity,
    CallbackEntity,
    OutboxEventEntity,
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
    CreatePaymentTables1795334400000,
    CreateDcmTables1795420800000,
    AddSessionWaiting1795685400000,
    PinOperationTerminal1795700100000,
    FollowPaymentsToTheEnd1795710000000,
    RememberWhatRefundsShowed1795713600000,
    FenceIdempotencyKeys1795786500000,
    IndexWhatIsAsked1795710300000,
    NoteOrdersOfOthers1795790000000,
    KeepDcmCallbacks1795800000000,
  ],
};

/** How every gateway process and every test opens the database. */
export const dataSourceOptions = (url: string, poolSize = 10): PostgresOptions =>
  postgresOptions(SCHEMA, url, poolSize);
