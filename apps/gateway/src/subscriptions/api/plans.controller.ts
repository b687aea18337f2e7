import { Body, Controller, Get, Headers, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { ApiKeyGuard, Caller, type KeyOwner } from '../../accounts/api-key.guard.js';
import { Scopes } from '../../accounts/scopes.js';
import { checkKey, send } from '../../payments/api/requests.js';
import { BankSlots } from '../../payments/bank/bank-slots.js';
import {
  addPlanVersion,
  type AddPlanVersion,
  changePlan,
  createPlan,
  type CreatePlan,
  listPlans,
  type ListPlans,
  type PlanPage,
  type PlanView,
} from './plan.dto.js';
import { type PlanAction, PlansService } from './plans.service.js';

@Controller('v1/plans')
@UseGuards(ApiKeyGuard)
export class PlansController {
  constructor(
    private readonly plans: PlansService,
    private readonly slots: BankSlots,
  ) {}

  @Post()
  @Scopes('subscriptions')
  async create(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: createPlan }) body: CreatePlan,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = { caller, key: checkKey(key) };
    send(reply, await this.slots.run(caller.accountId, () => this.plans.create(asked, body)));
  }

  @Get()
  @Scopes('subscriptions', 'read')
  list(@Caller() caller: KeyOwner, @Query({ schema: listPlans }) query: ListPlans): Promise<PlanPage> {
    return this.plans.list(caller.accountId, query);
  }

  @Get(':id')
  @Scopes('subscriptions', 'read')
  get(@Caller() caller: KeyOwner, @Param('id') id: string): Promise<PlanView> {
    return this.plans.get(caller.accountId, id);
  }

  @Post(':id/versions')
  @Scopes('subscriptions')
  async addVersion(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Param('id') id: string,
    @Body({ schema: addPlanVersion }) body: AddPlanVersion,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = { caller, key: checkKey(key) };
    send(reply, await this.slots.run(caller.accountId, () => this.plans.addVersion(asked, id, body)));
  }

  @Post(':id/pause')
  @Scopes('subscriptions')
  pause(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Param('id') id: string,
    @Body({ schema: changePlan }) _body: z.output<typeof changePlan>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.act({ caller, key: checkKey(key), id, action: 'pause' }, reply);
  }

  @Post(':id/resume')
  @Scopes('subscriptions')
  resume(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Param('id') id: string,
    @Body({ schema: changePlan }) _body: z.output<typeof changePlan>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.act({ caller, key: checkKey(key), id, action: 'resume' }, reply);
  }

  @Post(':id/archive')
  @Scopes('subscriptions')
  archive(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Param('id') id: string,
    @Body({ schema: changePlan }) _body: z.output<typeof changePlan>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.act({ caller, key: checkKey(key), id, action: 'archive' }, reply);
  }

  private async act(
    { id, action, ...asked }: { caller: KeyOwner; key: string; id: string; action: PlanAction },
    reply: FastifyReply,
  ): Promise<void> {
    send(reply, await this.slots.run(asked.caller.accountId, () => this.plans.act(asked, id, action)));
  }
}
