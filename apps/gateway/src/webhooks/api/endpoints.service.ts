import { Injectable } from '@nestjs/common';
import { Keystore } from '#libs/keystore';
import { type KeyOwner } from '../../accounts/api-key.guard.js';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { newId } from '../../database/id.js';
import { invalid } from '../../http/validation.js';
import { type EventType } from '../../outbox/event-types.js';
import { PaymentError } from '../../payments/domain/payment-error.js';
import { fingerprintOf } from '../../payments/engine/idempotency.service.js';
import { knownAddresses } from '../delivery/address-resolver.js';
import { Reach } from '../delivery/guarded-post.js';
import { newWebhookSecret } from '../delivery/signature.js';
import { webhookSecretPlace } from '../sealed-columns.js';
import { EndpointRepository, isKeyTaken, type NewSecret } from '../store/endpoint.repository.js';
import { type WebhookEndpointEntity } from '../store/webhook-endpoint.entity.js';
import { type WebhookSecretEntity } from '../store/webhook-secret.entity.js';
import { WebhookError } from '../webhook-error.js';
import {
  type ChangeEndpoint,
  type CreateEndpoint,
  type EndpointView,
  type EndpointWithSecret,
  type RotateSecret,
} from './webhook.dto.js';

/** Endpoints of one account: each event is put down once for each. */
const MOST_ENDPOINTS = 16;

/** A request that makes a secret. */
export interface SecretRequest {
  readonly caller: KeyOwner;
  /** Idempotency key. */
  readonly key: string;
}

/** An answer, and whether it is an earlier one again. */
export interface Made {
  readonly view: EndpointWithSecret;
  readonly replayed: boolean;
}

@Injectable()
export class EndpointsService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly endpoints: EndpointRepository,
    private readonly keystore: Keystore,
    private readonly reach: Reach,
  ) {}

  /** @throws HttpProblem `VALIDATION_FAILED`, WebhookError `WEBHOOK_ENDPOINT_LIMIT`, PaymentError `IDEMPOTENCY_MISMATCH` */
  async create({ caller, key }: SecretRequest, body: CreateEndpoint): Promise<Made> {
    this.checkUrl(body.url, caller);
    const endpoint = { merchantAccountId: caller.accountId, id: newId('we'), ...body };
    return this.withSecret(
      { caller, key },
      { route: 'POST /v1/webhook-endpoints', body, endpointId: endpoint.id },
      (secret) =>
        this.endpoints.add(endpoint, secret, MOST_ENDPOINTS).then((added) => {
          if (!added) throw new WebhookError('WEBHOOK_ENDPOINT_LIMIT', `the account has ${MOST_ENDPOINTS} endpoints`);
        }),
    );
  }

  /** A new secret signs at once, beside the one before it for a while. @throws WebhookError `WEBHOOK_ENDPOINT_NOT_FOUND` */
  async rotate({ caller, key }: SecretRequest, id: string, body: RotateSecret): Promise<Made> {
    await this.find(caller.accountId, id);
    return this.withSecret({ caller, key }, { route: `POST rotate ${id}`, body, endpointId: id }, (secret) =>
      this.endpoints.rotate(secret, body.overlapHours * 3_600),
    );
  }

  async list({ accountId, livemode }: KeyOwner): Promise<EndpointView[]> {
    return (await this.endpoints.list(accountId)).map((row) => viewEndpoint(row, livemode));
  }

  /** @throws WebhookError `WEBHOOK_ENDPOINT_NOT_FOUND` */
  async get({ accountId, livemode }: KeyOwner, id: string): Promise<EndpointView> {
    return viewEndpoint(await this.find(accountId, id), livemode);
  }

  /** @throws HttpProblem `VALIDATION_FAILED`, WebhookError `WEBHOOK_ENDPOINT_NOT_FOUND` */
  async change(caller: KeyOwner, id: string, changes: ChangeEndpoint): Promise<EndpointView> {
    if (changes.url !== undefined) this.checkUrl(changes.url, caller);
    const changed = await this.endpoints.change(caller.accountId, id, changes);
    if (!changed) throw notFound(id);
    return viewEndpoint(changed, caller.livemode);
  }

  /** Puts an event down that only this endpoint gets. @returns its id @throws WebhookError `WEBHOOK_ENDPOINT_NOT_FOUND` */
  async test({ accountId }: KeyOwner, id: string): Promise<string> {
    const eventId = newId('evt');
    if (!(await this.endpoints.appendTest(accountId, id, eventId))) throw notFound(id);
    return eventId;
  }

  /** @throws WebhookError `WEBHOOK_ENDPOINT_NOT_FOUND` */
  async find(accountId: string, id: string): Promise<WebhookEndpointEntity> {
    const row = await this.endpoints.find(accountId, id);
    if (!row) throw notFound(id);
    return row;
  }

  /**
   * Makes a secret once for each idempotency key: a repeat is answered from the row that its first request left, as long as
   * that secret is still in use.
   */
  private async withSecret(
    { caller: { accountId, livemode }, key }: SecretRequest,
    { route, body, endpointId }: { readonly route: string; readonly body: object; readonly endpointId: string },
    keep: (secret: NewSecret) => Promise<void>,
  ): Promise<Made> {
    const account = await this.accounts.open(accountId);
    const fingerprint = fingerprintOf(account.secret, route, body);
    const text = newWebhookSecret();
    const owner = { merchantAccountId: accountId, endpointId, requestKey: key, requestFingerprint: fingerprint };
    const earlier = (await this.endpoints.findSecret(accountId, key)) ?? (await this.keepNew(owner, text, keep));
    const made = earlier ? await this.replay(earlier, fingerprint) : { endpointId, text };
    const view = viewEndpoint(await this.find(accountId, made.endpointId), livemode);
    return { view: { ...view, secret: made.text }, replayed: earlier !== undefined };
  }

  /** @returns what a request under the same key left meanwhile, if it was faster */
  private async keepNew(
    owner: Omit<NewSecret, 'id' | 'secretSealed'>,
    text: string,
    keep: (secret: NewSecret) => Promise<void>,
  ): Promise<WebhookSecretEntity | undefined> {
    const { merchantAccountId, requestKey } = owner;
    const id = newId('ws');
    const secretSealed = await this.keystore.seal(Buffer.from(text), webhookSecretPlace(merchantAccountId, id));
    try {
      await keep({ ...owner, id, secretSealed });
      return undefined;
    } catch (error) {
      if (!isKeyTaken(error)) throw error;
      return (await this.endpoints.findSecret(merchantAccountId, requestKey)) ?? undefined;
    }
  }

  private async replay(
    earlier: WebhookSecretEntity,
    fingerprint: Buffer,
  ): Promise<{ readonly endpointId: string; readonly text: string }> {
    if (!earlier.requestFingerprint.equals(fingerprint)) {
      throw new PaymentError('IDEMPOTENCY_MISMATCH', 'this Idempotency-Key was used for a different request');
    }
    const { merchantAccountId, id, endpointId, secretSealed } = earlier;
    const opened = await this.keystore.open(secretSealed, webhookSecretPlace(merchantAccountId, id));
    return { endpointId, text: Buffer.from(opened).toString() };
  }

  /** What a name means is checked at every delivery; an address that stands there itself, and the scheme, at once. */
  private checkUrl(url: string, { livemode }: KeyOwner): void {
    const refuse = (message: string) => invalid([{ path: 'url', message }]);
    const { protocol, hostname } = new URL(url);
    if (livemode && protocol !== 'https:') throw refuse('must be an https URL on a live account');
    if (!knownAddresses(hostname).every((address) => this.reach.guard.permits(address))) {
      throw refuse('must not lead to a private or special address');
    }
  }
}

const notFound = (id: string): WebhookError =>
  new WebhookError('WEBHOOK_ENDPOINT_NOT_FOUND', `there is no webhook endpoint ${id}`);

const viewEndpoint = (row: WebhookEndpointEntity, livemode: boolean): EndpointView => ({
  object: 'webhook_endpoint',
  id: row.id,
  url: row.url,
  eventTypes: row.eventTypes as EventType[],
  description: row.description,
  enabled: row.disabledAt === null,
  disabledReason: row.disabledReason,
  failingSince: row.failingSince?.toISOString() ?? null,
  livemode,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
