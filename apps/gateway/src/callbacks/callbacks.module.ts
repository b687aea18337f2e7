import { type DynamicModule, Module } from '@nestjs/common';
import { AllianceAccounts } from '#libs/alliance';
import { BankPortsModule } from '../payments/bank-access/bank-ports.module.js';
import { StoredAllianceAccounts } from '../payments/bank-access/stored-alliance-accounts.js';
import { CallbackKeepingService } from './callback-keeping.service.js';
import { CallbackRepository } from './callback.repository.js';
import { CallbacksController } from './callbacks.controller.js';
import { CallbacksService } from './callbacks.service.js';
import { DrainInboxJob } from './drain-inbox.job.js';

@Module({
  imports: [BankPortsModule],
  providers: [
    { provide: AllianceAccounts, useExisting: StoredAllianceAccounts },
    CallbackKeepingService,
    CallbackRepository,
    CallbacksService,
  ],
})
export class CallbacksModule {
  static forRoot({ api, worker }: { readonly api: boolean; readonly worker: boolean }): DynamicModule {
    return {
      module: CallbacksModule,
      controllers: api ? [CallbacksController] : [],
      providers: worker ? [DrainInboxJob] : [],
    };
  }
}
