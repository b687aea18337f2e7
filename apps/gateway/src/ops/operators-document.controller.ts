import { Controller, Get, UseGuards } from '@nestjs/common';
import { OpsKeyGuard } from '../accounts/ops-key.guard.js';
import { type Json } from '../docs/api-description.js';

/** What describes the routes below /ops, as the composition hands it in. */
export class OperatorsDocument {
  constructor(readonly openApi: Json) {}
}

@Controller('ops/openapi.json')
@UseGuards(OpsKeyGuard)
export class OperatorsDocumentController {
  constructor(private readonly document: OperatorsDocument) {}

  @Get()
  read(): Json {
    return this.document.openApi;
  }
}
