import { Body, Controller, Get, HttpCode, NotFoundException, Param, Post, Redirect } from '@nestjs/common';
import { Measures } from '../measures/measures.js';
import { CallbacksService } from './callbacks.service.js';

@Controller()
export class CallbacksController {
  constructor(
    private readonly callbacks: CallbacksService,
    private readonly measures: Measures,
  ) {}

  /** 200 only after the callback is kept: anything else makes the bank send it again. */
  @Post('callbacks/alliance/:accountId/:paymentId/:token')
  @HttpCode(200)
  async receive(
    @Param('accountId') accountId: string,
    @Param('paymentId') paymentId: string,
    @Param('token') token: string,
    @Body() body: unknown,
  ): Promise<string> {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    const verdict = await this.callbacks.receive({ accountId, paymentId, token }, bytes);
    this.measures.callbacks.inc({ verdict });
    if (verdict === 'not_ours') throw new NotFoundException('No such address.');
    return 'OK';
  }

  /** Only ever leads to the merchant's own address of that payment. */
  @Get('return/:accountId/:paymentId/:token')
  @Redirect(undefined, 303)
  async return(
    @Param('accountId') accountId: string,
    @Param('paymentId') paymentId: string,
    @Param('token') token: string,
  ): Promise<{ url: string }> {
    const url = await this.callbacks.customerReturned({ accountId, paymentId, token });
    if (url === undefined) throw new NotFoundException('No such address.');
    return { url: new URL(url).href }; // a header is ASCII; older versions kept addresses as they were typed
  }
}
