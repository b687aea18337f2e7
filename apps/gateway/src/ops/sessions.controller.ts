import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { type AuditLine, OpsReadingsService, type SessionForecast } from './ops-readings.service.js';
import { OperationsService } from './operations.service.js';
import { OpsKeyGuard } from '../accounts/ops-key.guard.js';
import { blockSession, type BlockSession, listAudit, type ListAudit } from './ops.dto.js';

const ACTOR = 'ops-api';

@Controller('ops')
@UseGuards(OpsKeyGuard)
export class SessionsController {
  constructor(
    private readonly operations: OperationsService,
    private readonly readings: OpsReadingsService,
  ) {}

  @Get('sessions')
  async list(): Promise<{ data: SessionForecast[] }> {
    return { data: await this.readings.sessions() };
  }

  @Post('sessions/:accountId/renew')
  @HttpCode(200)
  renew(@Param('accountId') id: string): Promise<{ version: number }> {
    return this.operations.renewSession(ACTOR, id);
  }

  @Post('sessions/:accountId/block')
  @HttpCode(204)
  block(@Param('accountId') id: string, @Body({ schema: blockSession }) body: BlockSession): Promise<void> {
    return this.operations.blockSession(ACTOR, id, body.reason);
  }

  @Post('sessions/:accountId/unblock')
  @HttpCode(204)
  unblock(@Param('accountId') id: string): Promise<void> {
    return this.operations.unblockSession(ACTOR, id);
  }

  @Get('audit')
  async audit(@Query({ schema: listAudit }) query: ListAudit): Promise<{ data: AuditLine[] }> {
    return { data: await this.readings.audit(query.limit) };
  }
}
