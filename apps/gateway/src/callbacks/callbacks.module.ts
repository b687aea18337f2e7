import { type DynamicModule, Module } from '@nestjs/common';
import { AllianceAccounts } from '#libs/alliance';
import { BankPortsModule } from '../payments/bank-access/bank-ports.module.js';
import { StoredAllianceAccounts } from '../payments/bank-access/stored-alliance-accounts.js';
import { CallbackRepository } from './callback.repository.js';
import { CallbacksController } from './callbacks.controller.js';
import { CallbacksService } from './callbacks.service.js';
import { DrainInboxJob } from './drain-inbox.job.js';

@Module({})
export class CallbacksModule {
  static register(options: { api: boolean; worker: boolean; payments: DynamicModule }): DynamicModule {
    return {
      module: CallbacksModule,
      imports: [options.payments, BankPortsModule],
      controllers: options.api ? [CallbacksController] : [],
      providers: [
        { provide: AllianceAccounts, useExisting: StoredAllianceAccounts },
        CallbackRepository,
        CallbacksService,
        ...(options.worker ? [DrainInboxJob] : []),
      ],
    };
  }
}
