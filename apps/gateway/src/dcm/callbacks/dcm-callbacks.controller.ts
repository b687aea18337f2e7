import { Body, Controller, HttpCode, Param, Post, Req, UseFilters } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { CallbackFilter } from './callback-refusal.js';
import { DcmCallbacksService, type IncomingCallback } from './dcm-callbacks.service.js';

/** What the platform tells a bank or a merchant: 200 only after it is kept. Source: platform guide, "Callbacks". */
@Controller('callbacks/dcm')
@UseFilters(CallbackFilter)
export class DcmCallbacksController {
  constructor(private readonly callbacks: DcmCallbacksService) {}

  @Post(':address')
  @HttpCode(200)
  async receive(
    @Param('address') address: string,
    @Req() request: FastifyRequest,
    @Body() body: unknown,
  ): Promise<string> {
    await this.callbacks.receive(address, incomingOf(request, body));
    return 'OK';
  }
}

/** Notices of balances, at the address that the guide prescribes. Source: bank guide, "Balance notifications". */
@Controller('api/dcm/notify')
@UseFilters(CallbackFilter)
export class DcmNoticesController {
  constructor(private readonly callbacks: DcmCallbacksService) {}

  @Post(':notice')
  @HttpCode(200)
  async receive(
    @Param('notice') notice: string,
    @Req() request: FastifyRequest,
    @Body() body: unknown,
  ): Promise<string> {
    await this.callbacks.receiveNotice(notice, incomingOf(request, body));
    return 'OK';
  }
}

const incomingOf = ({ headers, raw }: FastifyRequest, body: unknown): IncomingCallback => {
  const token = headers['cx-authorization'];
  return {
    requestToken: typeof token === 'string' && token.trim() !== '' ? token.trim() : undefined,
    contentType: writtenContentType(raw.rawHeaders),
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  };
};

/** As the sender wrote it: the edge reads every callback as bytes, whatever it calls itself. */
const writtenContentType = (rawHeaders: readonly string[]): string => {
  const index = rawHeaders.findIndex((name, place) => place % 2 === 0 && name.toLowerCase() === 'content-type');
  return index < 0 ? '' : (rawHeaders[index + 1] ?? '');
};
