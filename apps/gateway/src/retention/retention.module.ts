import { type DynamicModule, Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { CustomersService } from './customers.service.js';
import { MakePartitionsJob } from './make-partitions.job.js';
import { RetentionJob } from './retention.job.js';
import { RetentionService } from './retention.service.js';
import { CustomersRepository } from './store/customers.repository.js';
import { PartitionsStore } from './store/partitions.store.js';
import { RetentionRepository } from './store/retention.repository.js';

export interface RetentionOptions {
  /** Whether this process does what time starts. */
  readonly worker: boolean;
}

@Module({
  imports: [AccountsModule],
  providers: [CustomersRepository, CustomersService, PartitionsStore, RetentionRepository, RetentionService],
})
export class RetentionModule {
  static forRoot({ worker }: RetentionOptions): DynamicModule {
    return { module: RetentionModule, providers: worker ? [MakePartitionsJob, RetentionJob] : [] };
  }
}
