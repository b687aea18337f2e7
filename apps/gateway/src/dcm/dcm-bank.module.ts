import { type DynamicModule, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { DcmModule, type DcmOptions } from '#libs/dcm';
import { AuditModule } from '../audit/audit.module.js';
import { type DcmConfig } from '../config/dcm-config.js';
import { BankAuthController } from './bank-auth/bank-auth.controller.js';
import { BankAuthGuard } from './bank-auth/bank-auth.guard.js';
import { BankAuthLimits } from './bank-auth/bank-auth-limits.js';
import { BankAuthService } from './bank-auth/bank-auth.service.js';
import { DecisionLog } from './bank-auth/decision-log.service.js';
import { CallbackInbox } from './store/callback-inbox.js';
import { CallbackRecordsService } from './callbacks/callback-records.service.js';
import { DcmCallbacksController, DcmNoticesController } from './callbacks/dcm-callbacks.controller.js';
import { DcmCallbacksService } from './callbacks/dcm-callbacks.service.js';
import { SettleDcmCallbacksJob } from './callbacks/settle-dcm-callbacks.job.js';
import { TruthService } from './callbacks/truth.service.js';
import { CreditorDataController } from './creditor/creditor-data.controller.js';
import { CreditorDataService } from './creditor/creditor-data.service.js';
import { ReceiversService } from './creditor/receivers.service.js';
import { DcmStoresModule } from './dcm-stores.module.js';
import { AccessService } from './operators/access.service.js';
import { DcmCallsService } from './operators/dcm-calls.service.js';
import { DcmKeyRegistry } from './signing/dcm-key-registry.js';
import { JwksController } from './signing/jwks.controller.js';
import { SigningKeysService } from './signing/signing-keys.service.js';
import { KeyRegistry } from './signing/key-registry.js';
import { KeyRotationService } from './signing/key-rotation.service.js';
import { KeyRotationJob } from './signing/key-rotation.job.js';
import { CounterpartyRepository } from './store/counterparty.repository.js';
import { StoredIssuedTokens } from './store/issued-tokens.store.js';
import { StoredSigningKeys } from './store/stored-signing-keys.js';
import { StoredUsedTokens } from './store/used-tokens.store.js';

export interface DcmBankOptions {
  readonly config: DcmConfig;
  readonly api: boolean;
  readonly worker: boolean;
  /** Nothing is written at the start. Default false. */
  readonly readOnly?: boolean;
}

/** The row of our counterparty, on which its keys are leased. */
@Injectable()
class KnownCounterparty implements OnModuleInit {
  constructor(private readonly counterparty: CounterpartyRepository) {}

  async onModuleInit(): Promise<void> {
    await this.counterparty.ensure();
  }
}

/**
 * A bank at DCM, loaded only where DCM is configured: the Bank Auth Service that DCM asks before it executes anything,
 * the access rules behind it, our signing keys and their rotation, and calls of DCM in either scheme.
 */
@Module({})
export class DcmBankModule {
  static forRoot({ config, api, worker, readOnly = false }: DcmBankOptions): DynamicModule {
    const stores = DcmStoresModule.forRoot(config);
    return {
      module: DcmBankModule,
      imports: [AuditModule, stores, dcmModule(stores, config)],
      controllers: api
        ? [BankAuthController, CreditorDataController, DcmCallbacksController, DcmNoticesController, JwksController]
        : [],
      providers: [
        { provide: KeyRegistry, useClass: DcmKeyRegistry },
        AccessService,
        BankAuthGuard,
        BankAuthLimits,
        BankAuthService,
        CallbackInbox,
        CallbackRecordsService,
        CreditorDataService,
        DcmCallbacksService,
        DcmCallsService,
        SigningKeysService,
        KeyRotationService,
        ReceiversService,
        TruthService,
        ...(readOnly ? [] : [KnownCounterparty]),
        ...(worker ? [KeyRotationJob, SettleDcmCallbacksJob] : []),
      ],
    };
  }
}

const dcmModule = (stores: DynamicModule, config: DcmConfig): DynamicModule =>
  DcmModule.forRootAsync({
    imports: [stores],
    inject: [StoredSigningKeys, StoredIssuedTokens, StoredUsedTokens, DecisionLog],
    useFactory: (
      keys: StoredSigningKeys,
      issued: StoredIssuedTokens,
      replay: StoredUsedTokens,
      log: DecisionLog,
    ): DcmOptions => ({
      baseUrl: new URL(config.baseUrl),
      counterpartyGuid: config.counterpartyGuid,
      keys,
      replay,
      acceptForwarded: config.acceptForwarded,
      allowInsecure: config.allowHttp,
      audit: (event) => {
        log.hear(event);
      },
      ...(config.employee && { employee: config.employee }),
      ...(config.matchIssued && { issued }),
    }),
  });
