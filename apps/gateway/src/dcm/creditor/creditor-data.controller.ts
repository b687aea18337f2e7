import { Controller, Get, Header, Headers, Query, UseFilters } from '@nestjs/common';
import { CallbackFilter } from '../callbacks/callback-refusal.js';
import { CreditorDataService } from './creditor-data.service.js';

/** What DCM asks for a bank that is about to pay one of our customers. Source: platform guide, "Receiver data". */
@Controller('dcm/creditor-data')
@UseFilters(CallbackFilter)
export class CreditorDataController {
  constructor(private readonly creditors: CreditorDataService) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Header('content-type', 'text/plain; charset=utf-8')
  answer(
    @Headers('cx-authorization') requestToken: unknown,
    @Query('account') account: unknown,
    @Query('public_key') publicKey: unknown,
  ): Promise<string> {
    return this.creditors.answer({
      requestToken: textOf(requestToken),
      account: textOf(account),
      publicKey: textOf(publicKey),
    });
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
