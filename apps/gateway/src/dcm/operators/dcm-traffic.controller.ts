import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { OpsKeyGuard } from '../../accounts/ops-key.guard.js';
import {
  CallbackRecordsService,
  type CallbackView,
  type ListedCallback,
} from '../callbacks/callback-records.service.js';
import { addReceiver, type AddReceiver } from '../creditor/creditor.dto.js';
import { ReceiversService, type ReceiverView } from '../creditor/receivers.service.js';
import { changeEntry, type ChangeEntry, listDecisions, type ListDecisions } from './dcm-ops.dto.js';

const ACTOR = 'ops-api';

/** What DCM told us, and whom other banks may ask for. */
@Controller('ops/dcm')
@UseGuards(OpsKeyGuard)
export class DcmTrafficController {
  constructor(
    private readonly callbacks: CallbackRecordsService,
    private readonly receivers: ReceiversService,
  ) {}

  @Get('callbacks')
  async list(@Query({ schema: listDecisions }) query: ListDecisions): Promise<{ data: ListedCallback[] }> {
    return { data: await this.callbacks.list(query.limit) };
  }

  @Get('callbacks/:id')
  read(@Param('id') id: string): Promise<CallbackView> {
    return this.callbacks.read(ACTOR, id);
  }

  @Get('receivers')
  async listReceivers(): Promise<{ data: ReceiverView[] }> {
    return { data: await this.receivers.list() };
  }

  @Post('receivers')
  addReceiver(@Body({ schema: addReceiver }) body: AddReceiver): Promise<{ id: string }> {
    return this.receivers.add(ACTOR, body);
  }

  @Patch('receivers/:id')
  @HttpCode(204)
  changeReceiver(@Param('id') id: string, @Body({ schema: changeEntry }) body: ChangeEntry): Promise<void> {
    return this.receivers.setDisabled(ACTOR, id, body.disabled);
  }
}
