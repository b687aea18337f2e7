import { Injectable } from '@nestjs/common';
import { type Transaction } from '../database/transaction.js';
import { type EventType } from './event-types.js';
import { OutboxEventEntity } from './outbox-event.entity.js';

export type NewOutboxEvent = Pick<
  OutboxEventEntity,
  'merchantAccountId' | 'id' | 'subjectType' | 'subjectId' | 'sequence' | 'data'
> & {
  readonly type: EventType;
};

/** Events are appended in the transaction that changes what they speak of. */
@Injectable()
export class OutboxRepository {
  async append(tx: Transaction, events: readonly NewOutboxEvent[]): Promise<void> {
    if (events.length > 0)
      await tx
        .createQueryBuilder()
        .insert()
        .into(OutboxEventEntity)
        .values([...events])
        .execute();
  }
}
