import { Body, Controller, Get, Headers, Param, Post, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { ApiKeyGuard, Caller, type KeyOwner } from '../../accounts/api-key.guard.js';
import { Scopes } from '../../accounts/scopes.js';
import { BankSlots } from '../bank/bank-slots.js';
import { createVerification, type CreateVerification, type VerificationView } from './payment.dto.js';
import { checkKey, checkReturnUrl, send } from './requests.js';
import { VerificationsService } from './verifications.service.js';

@Controller('v1/verifications')
@UseGuards(ApiKeyGuard)
export class VerificationsController {
  constructor(
    private readonly verifications: VerificationsService,
    private readonly slots: BankSlots,
  ) {}

  @Post()
  @Scopes('cards')
  async create(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: createVerification }) body: CreateVerification,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    checkReturnUrl(caller, body.returnUrl);
    const scope = { accountId: caller.accountId, key: checkKey(key) };
    send(reply, await this.slots.run(scope.accountId, () => this.verifications.create(scope, body)));
  }

  @Get(':id')
  @Scopes('cards', 'read')
  get(@Caller() caller: KeyOwner, @Param('id') id: string): Promise<VerificationView> {
    return this.verifications.get(caller.accountId, id);
  }
}
