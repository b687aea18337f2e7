import { Body, Controller, Get, Headers, HttpCode, Param, Patch, Post, Query, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { ApiKeyGuard, Caller, type KeyOwner } from '../../accounts/api-key.guard.js';
import { Scopes } from '../../accounts/scopes.js';
import { checkKey } from '../../payments/api/requests.js';
import { DeliveriesService } from './deliveries.service.js';
import { EndpointsService, type Made } from './endpoints.service.js';
import {
  changeEndpoint,
  type ChangeEndpoint,
  createEndpoint,
  type CreateEndpoint,
  type DeliveryPage,
  type DeliveryView,
  type DeliveryWithLog,
  type EndpointView,
  listDeliveries,
  type ListDeliveries,
  recoverEvents,
  type RecoverEvents,
  type Recovery,
  rotateSecret,
  type RotateSecret,
} from './webhook.dto.js';

@Controller('v1/webhook-endpoints')
@UseGuards(ApiKeyGuard)
export class WebhookEndpointsController {
  constructor(
    private readonly endpoints: EndpointsService,
    private readonly deliveries: DeliveriesService,
  ) {}

  @Post()
  @Scopes('webhooks')
  async create(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: createEndpoint }) body: CreateEndpoint,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    send(reply, 201, await this.endpoints.create({ caller, key: checkKey(key) }, body));
  }

  @Get()
  @Scopes('webhooks', 'read')
  async list(@Caller() caller: KeyOwner): Promise<{ data: EndpointView[] }> {
    return { data: await this.endpoints.list(caller) };
  }

  @Get(':id')
  @Scopes('webhooks', 'read')
  get(@Caller() caller: KeyOwner, @Param('id') id: string): Promise<EndpointView> {
    return this.endpoints.get(caller, id);
  }

  @Patch(':id')
  @Scopes('webhooks')
  change(
    @Caller() caller: KeyOwner,
    @Param('id') id: string,
    @Body({ schema: changeEndpoint }) body: ChangeEndpoint,
  ): Promise<EndpointView> {
    return this.endpoints.change(caller, id, body);
  }

  @Post(':id/rotate-secret')
  @Scopes('webhooks')
  async rotate(
    @Caller() caller: KeyOwner,
    @Param('id') id: string,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: rotateSecret }) body: RotateSecret,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    send(reply, 200, await this.endpoints.rotate({ caller, key: checkKey(key) }, id, body));
  }

  @Post(':id/test')
  @HttpCode(202)
  @Scopes('webhooks')
  async test(@Caller() caller: KeyOwner, @Param('id') id: string): Promise<{ eventId: string }> {
    return { eventId: await this.endpoints.test(caller, id) };
  }

  @Post(':id/recover')
  @HttpCode(200)
  @Scopes('webhooks')
  recover(
    @Caller() { accountId }: KeyOwner,
    @Param('id') endpointId: string,
    @Body({ schema: recoverEvents }) body: RecoverEvents,
  ): Promise<Recovery> {
    return this.deliveries.recover({ accountId, endpointId }, body);
  }

  @Get(':id/deliveries')
  @Scopes('webhooks', 'read')
  listDeliveries(
    @Caller() { accountId }: KeyOwner,
    @Param('id') endpointId: string,
    @Query({ schema: listDeliveries }) query: ListDeliveries,
  ): Promise<DeliveryPage> {
    return this.deliveries.list({ accountId, endpointId }, query);
  }

  @Get(':id/deliveries/:deliveryId')
  @Scopes('webhooks', 'read')
  getDelivery(
    @Caller() { accountId }: KeyOwner,
    @Param('id') endpointId: string,
    @Param('deliveryId') deliveryId: string,
  ): Promise<DeliveryWithLog> {
    return this.deliveries.get({ accountId, endpointId }, deliveryId);
  }

  @Post(':id/deliveries/:deliveryId/resend')
  @HttpCode(202)
  @Scopes('webhooks')
  resend(
    @Caller() { accountId }: KeyOwner,
    @Param('id') endpointId: string,
    @Param('deliveryId') deliveryId: string,
  ): Promise<DeliveryView> {
    return this.deliveries.resend({ accountId, endpointId }, deliveryId);
  }
}

function send(reply: FastifyReply, status: number, { view, replayed }: Made): void {
  if (replayed) void reply.header('idempotent-replayed', 'true');
  void reply.status(status).header('cache-control', 'no-store').send(view);
}
