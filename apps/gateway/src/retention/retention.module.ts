import { type DynamicModule, Module } from '@nestjs/common';
import { MakePartitionsJob } from './make-partitions.job.js';
import { PartitionsStore } from './store/partitions.store.js';

export interface RetentionOptions {
  /** Whether this process does what time starts. */
  readonly worker: boolean;
}

@Module({ providers: [PartitionsStore] })
export class RetentionModule {
  static forRoot({ worker }: RetentionOptions): DynamicModule {
    return { module: RetentionModule, providers: worker ? [MakePartitionsJob] : [] };
  }
}
