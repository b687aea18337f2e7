import { Body, Controller, Delete, Get, Headers, Param, Patch, Post, Query, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { ApiKeyGuard, Caller, type KeyOwner } from '../../accounts/api-key.guard.js';
import { Scopes } from '../../accounts/scopes.js';
import { holdsCardNumber } from '../../http/card-numbers.js';
import { HttpProblem } from '../../http/http-problem.js';
import { invalid } from '../../http/validation.js';
import { BankSlots } from '../bank/bank-slots.js';
import { checkKey, send } from './requests.js';
import {
  changeCard,
  type ChangeCard,
  customerIdText,
  keepCard,
  type KeepCard,
  listCards,
  type ListCards,
  type SavedCardPage,
  type SavedCardView,
} from './saved-card.dto.js';
import { type Customer, SavedCardsService } from './saved-cards.service.js';

@Controller('v1/customers/:customerId/cards')
@UseGuards(ApiKeyGuard)
export class SavedCardsController {
  constructor(
    private readonly cards: SavedCardsService,
    private readonly slots: BankSlots,
  ) {}

  @Post()
  @Scopes('cards')
  async keep(
    @Caller() caller: KeyOwner,
    @Param('customerId') customer: string,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: keepCard }) body: KeepCard,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { accountId, customerId } = customerOf(caller, customer);
    const request = { caller, key: checkKey(key) };
    send(reply, await this.slots.run(accountId, () => this.cards.keep(request, customerId, body)));
  }

  @Get()
  @Scopes('cards', 'read')
  list(
    @Caller() caller: KeyOwner,
    @Param('customerId') customer: string,
    @Query({ schema: listCards }) query: ListCards,
  ): Promise<SavedCardPage> {
    return this.cards.list(customerOf(caller, customer), query);
  }

  @Get(':id')
  @Scopes('cards', 'read')
  get(
    @Caller() caller: KeyOwner,
    @Param('customerId') customer: string,
    @Param('id') id: string,
  ): Promise<SavedCardView> {
    return this.cards.get(customerOf(caller, customer), id);
  }

  @Patch(':id')
  @Scopes('cards')
  change(
    @Caller() caller: KeyOwner,
    @Param('customerId') customer: string,
    @Param('id') id: string,
    @Body({ schema: changeCard }) { status }: ChangeCard,
  ): Promise<SavedCardView> {
    const owner = customerOf(caller, customer);
    return this.slots.run(owner.accountId, () => this.cards.change(owner, id, status));
  }

  @Delete(':id')
  @Scopes('cards')
  remove(
    @Caller() caller: KeyOwner,
    @Param('customerId') customer: string,
    @Param('id') id: string,
  ): Promise<SavedCardView> {
    const owner = customerOf(caller, customer);
    return this.slots.run(owner.accountId, () => this.cards.change(owner, id, 'deleted'));
  }
}

/** @throws HttpProblem `VALIDATION_FAILED` | `CARD_NUMBER_REFUSED` */
function customerOf({ accountId }: KeyOwner, text: string): Customer {
  const { data: customerId, error } = customerIdText.safeParse(text);
  if (error) throw invalid([{ path: 'customerId', message: error.issues[0]?.message ?? 'is not valid' }]);
  if (holdsCardNumber(customerId))
    throw new HttpProblem('CARD_NUMBER_REFUSED', 'The id of the customer looks like a card number.');
  return { accountId, customerId };
}
