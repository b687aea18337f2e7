import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { hydrate } from '../../database/hydrate.js';
import { inTransaction, type Transaction } from '../../database/transaction.js';
import { type EventType } from '../../outbox/event-types.js';
import { WebhookEndpointEntity } from './webhook-endpoint.entity.js';
import { WebhookSecretEntity } from './webhook-secret.entity.js';

export type NewEndpoint = Pick<
  WebhookEndpointEntity,
  'merchantAccountId' | 'id' | 'url' | 'eventTypes' | 'description'
>;
export type NewSecret = Omit<WebhookSecretEntity, 'createdAt' | 'endsAt'>;
/** What is undefined stays as it is. */
export interface EndpointChanges {
  readonly url?: string | undefined;
  readonly eventTypes?: readonly string[] | undefined;
  readonly description?: string | null | undefined;
  readonly enabled?: boolean | undefined;
}

@Injectable()
export class EndpointRepository {
  constructor(private readonly database: DataSource) {}

  /**
   * Adds an endpoint with its first secret. @returns false where the account has `most` already
   * @throws the database's error for a key that another request has used, see {@link isKeyTaken}
   */
  add(endpoint: NewEndpoint, secret: NewSecret, most: number): Promise<boolean> {
    return inTransaction(this.database, async (tx) => {
      // The row of the feed stands for the account: two requests at once count one after the other.
      await tx.query('SELECT 1 FROM event_feed WHERE merchant_account_id = $1 FOR UPDATE', [
        endpoint.merchantAccountId,
      ]);
      const { merchantAccountId } = endpoint;
      if ((await tx.countBy(WebhookEndpointEntity, { merchantAccountId })) >= most) return false;
      await tx.insert(WebhookEndpointEntity, endpoint);
      await tx.insert(WebhookSecretEntity, secret);
      return true;
    });
  }

  list(accountId: string): Promise<WebhookEndpointEntity[]> {
    const where = { merchantAccountId: accountId };
    return this.database.manager.find(WebhookEndpointEntity, { where, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  find(accountId: string, id: string): Promise<WebhookEndpointEntity | null> {
    return this.database.manager.findOneBy(WebhookEndpointEntity, { merchantAccountId: accountId, id });
  }

  /** Switching on clears why it was off; switching off what is off already changes nothing about that. */
  async change(accountId: string, id: string, changes: EndpointChanges): Promise<WebhookEndpointEntity | undefined> {
    const { url = null, eventTypes = null, description, enabled = null } = changes;
    const [rows] = await this.database.query<[object[], number]>(
      `UPDATE webhook_endpoint SET
         url = coalesce($3, url), event_types = coalesce($4::text[], event_types),
         description = CASE WHEN $5::boolean THEN $6 ELSE description END,
         disabled_at = CASE $7::boolean WHEN true THEN NULL WHEN false THEN coalesce(disabled_at, now()) ELSE disabled_at END,
         disabled_reason =
           CASE $7::boolean WHEN true THEN NULL WHEN false THEN coalesce(disabled_reason, 'merchant') ELSE disabled_reason END,
         updated_at = now()
       WHERE merchant_account_id = $1 AND id = $2 RETURNING *`,
      [accountId, id, url, eventTypes, description !== undefined, description ?? null, enabled],
    );
    return rows[0] && hydrate(this.database.manager, WebhookEndpointEntity, rows[0]);
  }

  /** The secret that a request made, if it made one. */
  findSecret(accountId: string, requestKey: string): Promise<WebhookSecretEntity | null> {
    return this.database.manager.findOneBy(WebhookSecretEntity, { merchantAccountId: accountId, requestKey });
  }

  /** The new secret signs at once; the one before it goes on for a while; what is older ends. */
  rotate(secret: NewSecret, overlapSeconds: number): Promise<void> {
    return inTransaction(this.database, async (tx) => {
      const owner = [secret.merchantAccountId, secret.endpointId];
      await lockEndpoint(tx, owner);
      await tx.query(
        `UPDATE webhook_secret SET ends_at = now() + CASE WHEN ends_at IS NULL THEN make_interval(secs => $3) ELSE '0' END
         WHERE merchant_account_id = $1 AND endpoint_id = $2 AND (ends_at IS NULL OR ends_at > now())`,
        [...owner, overlapSeconds],
      );
      await tx.insert(WebhookSecretEntity, secret);
    });
  }

  /** An event about the endpoint itself, which only it gets. @returns false when there is no such endpoint */
  async appendTest(accountId: string, id: string, eventId: string): Promise<boolean> {
    const type: EventType = 'webhook_endpoint.test';
    const rows = await this.database.query<unknown[]>(
      `WITH w AS (
         UPDATE webhook_endpoint SET event_sequence = event_sequence + 1 WHERE merchant_account_id = $1 AND id = $2
         RETURNING *)
       INSERT INTO outbox_event (merchant_account_id, id, subject_type, subject_id, sequence, type, data)
       SELECT w.merchant_account_id, $3, 'webhook_endpoint', w.id, w.event_sequence, $4, '{}' FROM w RETURNING 1`,
      [accountId, id, eventId, type],
    );
    return rows.length > 0;
  }
}

const lockEndpoint = (tx: Transaction, owner: readonly string[]): Promise<unknown> =>
  tx.query('SELECT 1 FROM webhook_endpoint WHERE merchant_account_id = $1 AND id = $2 FOR UPDATE', [...owner]);

/** Whether an insert failed because another request has used the idempotency key. */
export const isKeyTaken = (error: unknown): boolean =>
  (error as { readonly constraint?: unknown } | null)?.constraint === 'webhook_secret_request';
