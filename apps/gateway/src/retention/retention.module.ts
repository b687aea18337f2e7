import { type DynamicModule, Module } from '@nestjs/common';
import { MakePartitionsJob } from './make-partitions.job.js';
import { RetentionJob } from './retention.job.js';
import { RetentionService } from './retention.service.js';
import { PartitionsStore } from './store/partitions.store.js';
import { RetentionRepository } from './store/retention.repository.js';

export interface RetentionOptions {
  /** Whether this process does what time starts. */
  readonly worker: boolean;
}

@Module({ providers: [PartitionsStore, RetentionRepository, RetentionService] })
export class RetentionModule {
  static forRoot({ worker }: RetentionOptions): DynamicModule {
    return { module: RetentionModule, providers: worker ? [MakePartitionsJob, RetentionJob] : [] };
  }
}
