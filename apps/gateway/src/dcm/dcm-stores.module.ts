import { type DynamicModule, Module } from '@nestjs/common';
import { type DcmConfig } from '../config/dcm-config.js';
import { DecisionLog } from './bank-auth/decision-log.service.js';
import { DCM_CONFIG } from './dcm-config.token.js';
import { ReceiversRepository } from './store/receivers.repository.js';
import { DcmCallbackRepository } from './store/callback.repository.js';
import { AccessListsRepository } from './store/access-lists.repository.js';
import { AccessRepository } from './store/access.repository.js';
import { CounterpartyRepository } from './store/counterparty.repository.js';
import { DecisionRepository } from './store/decision.repository.js';
import { StoredIssuedTokens } from './store/issued-tokens.store.js';
import { ObjectSecrets } from './store/object-secrets.js';
import { SigningKeyRepository } from './store/signing-key.repository.js';
import { StoredSigningKeys } from './store/stored-signing-keys.js';
import { StoredUsedTokens } from './store/used-tokens.store.js';

const STORES = [
  AccessListsRepository,
  AccessRepository,
  CounterpartyRepository,
  DcmCallbackRepository,
  DecisionLog,
  DecisionRepository,
  ObjectSecrets,
  ReceiversRepository,
  SigningKeyRepository,
  StoredIssuedTokens,
  StoredSigningKeys,
  StoredUsedTokens,
];

/** What libs/dcm needs of us, and we of the database. */
@Module({})
export class DcmStoresModule {
  static forRoot(config: DcmConfig): DynamicModule {
    const configProvider = { provide: DCM_CONFIG, useValue: config };
    return { module: DcmStoresModule, providers: [configProvider, ...STORES], exports: [DCM_CONFIG, ...STORES] };
  }
}
