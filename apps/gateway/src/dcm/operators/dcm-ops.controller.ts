import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { OpsKeyGuard } from '../../accounts/ops-key.guard.js';
import { type DecisionLine, DecisionLog } from '../bank-auth/decision-log.service.js';
import { SigningKeysService, type KeysStatus } from '../signing/signing-keys.service.js';
import { AccessService, type ObjectView, type RuleView, type SubjectView } from './access.service.js';
import { DcmCallsService, type DcmAnswerView } from './dcm-calls.service.js';
import {
  addObject,
  type AddObject,
  addRule,
  type AddRule,
  addSubject,
  type AddSubject,
  callDcm,
  type CallDcm,
  changeEntry,
  type ChangeEntry,
  listDecisions,
  type ListDecisions,
  listObjects,
  type ListObjects,
  replaceKey,
  type ReplaceKey,
} from './dcm-ops.dto.js';

const ACTOR = 'ops-api';

/** What an operator does about DCM. */
@Controller('ops/dcm')
@UseGuards(OpsKeyGuard)
export class DcmOpsController {
  constructor(
    private readonly access: AccessService,
    private readonly calls: DcmCallsService,
    private readonly keys: SigningKeysService,
    private readonly log: DecisionLog,
  ) {}

  @Get('subjects')
  async subjects(): Promise<{ data: SubjectView[] }> {
    return { data: await this.access.subjects() };
  }

  @Post('subjects')
  addSubject(@Body({ schema: addSubject }) body: AddSubject): Promise<{ id: string }> {
    return this.access.addSubject(ACTOR, body);
  }

  @Patch('subjects/:id')
  @HttpCode(204)
  changeSubject(@Param('id') id: string, @Body({ schema: changeEntry }) body: ChangeEntry): Promise<void> {
    return this.access.setDisabled(ACTOR, 'dcm_subject', id, body.disabled);
  }

  @Get('objects')
  async objects(@Query({ schema: listObjects }) query: ListObjects): Promise<{ data: ObjectView[] }> {
    return { data: await this.access.objects(query.login) };
  }

  @Post('objects')
  addObject(@Body({ schema: addObject }) body: AddObject): Promise<{ id: string }> {
    return this.access.addObject(ACTOR, body);
  }

  @Patch('objects/:id')
  @HttpCode(204)
  changeObject(@Param('id') id: string, @Body({ schema: changeEntry }) body: ChangeEntry): Promise<void> {
    return this.access.setDisabled(ACTOR, 'dcm_object', id, body.disabled);
  }

  @Get('rules')
  async rules(): Promise<{ data: RuleView[] }> {
    return { data: await this.access.rules() };
  }

  @Post('rules')
  addRule(@Body({ schema: addRule }) body: AddRule): Promise<{ id: string }> {
    return this.access.addRule(ACTOR, body);
  }

  @Delete('rules/:id')
  @HttpCode(204)
  removeRule(@Param('id') id: string): Promise<void> {
    return this.access.removeRule(ACTOR, id);
  }

  @Get('decisions')
  async decisions(@Query({ schema: listDecisions }) query: ListDecisions): Promise<{ data: DecisionLine[] }> {
    return { data: await this.log.list(query.limit) };
  }

  @Get('keys')
  keyStatus(): Promise<KeysStatus> {
    return this.keys.status();
  }

  @Post('keys/rotate')
  @HttpCode(200)
  rotateKeys(): Promise<KeysStatus> {
    return this.keys.rotate(ACTOR);
  }

  @Post('keys/replace')
  @HttpCode(200)
  replaceKey(@Body({ schema: replaceKey }) body: ReplaceKey): Promise<KeysStatus> {
    return this.keys.replace(ACTOR, body.key);
  }

  @Post('operations')
  @HttpCode(200)
  call(@Body({ schema: callDcm }) body: CallDcm): Promise<DcmAnswerView> {
    return this.calls.call(ACTOR, body);
  }
}
