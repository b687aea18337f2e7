import { Body, Controller, Get, Headers, Param, Patch, Post, Query, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { ApiKeyGuard, Caller, type KeyOwner } from '../../accounts/api-key.guard.js';
import { Scopes } from '../../accounts/scopes.js';
import { qrQuery, type QrQuery } from './payment.dto.js';
import {
  changePaymentLink,
  type ChangePaymentLink,
  createPaymentLink,
  type CreatePaymentLink,
  listPaymentLinks,
  type ListPaymentLinks,
  type PaymentLinkPage,
  type PaymentLinkView,
} from './payment-link.dto.js';
import { PaymentLinksService } from './payment-links.service.js';
import { checkKey, checkReturnUrl, send, sendQr } from './requests.js';

@Controller('v1/payment-links')
@UseGuards(ApiKeyGuard)
export class PaymentLinksController {
  constructor(private readonly links: PaymentLinksService) {}

  @Post()
  @Scopes('links')
  async create(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: createPaymentLink }) body: CreatePaymentLink,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    checkReturnUrl(caller, body.returnUrl);
    send(reply, await this.links.create({ caller, key: checkKey(key) }, body));
  }

  @Get()
  @Scopes('links', 'read')
  list(
    @Caller() caller: KeyOwner,
    @Query({ schema: listPaymentLinks }) query: ListPaymentLinks,
  ): Promise<PaymentLinkPage> {
    return this.links.list(caller.accountId, query);
  }

  @Get(':id')
  @Scopes('links', 'read')
  get(@Caller() caller: KeyOwner, @Param('id') id: string): Promise<PaymentLinkView> {
    return this.links.get(caller.accountId, id);
  }

  @Patch(':id')
  @Scopes('links')
  change(
    @Caller() caller: KeyOwner,
    @Param('id') id: string,
    @Body({ schema: changePaymentLink }) body: ChangePaymentLink,
  ): Promise<PaymentLinkView> {
    return this.links.change(caller.accountId, id, body);
  }

  @Get(':id/qr')
  @Scopes('links', 'read')
  async qr(
    @Caller() caller: KeyOwner,
    @Param('id') id: string,
    @Query({ schema: qrQuery }) query: QrQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendQr(reply, (await this.links.get(caller.accountId, id)).url, query, 3_600);
  }
}
