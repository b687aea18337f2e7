import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { framePolicy, renderFrame } from './frame-page.js';
import { frameQuery, type FrameQuery } from './hosted-fields.dto.js';
import { HostedFieldsService } from './hosted-fields.service.js';

/** Without a policy of its own, nothing may frame an answer of these addresses. */
const CLOSED = "default-src 'none'; frame-ancestors 'none'";

/** The page in the frame: for one origin, which its address names and the account knows. */
@Controller('hosted-fields')
export class CardFrameController {
  constructor(private readonly fields: HostedFieldsService) {}

  @Get(':accountId')
  async show(
    @Param('accountId') accountId: string,
    @Query({ schema: frameQuery }) query: FrameQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    void reply.headers({
      'cache-control': 'no-store',
      'content-security-policy': CLOSED,
      'cross-origin-resource-policy': 'cross-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex, nofollow',
    });
    const { account, ...files } = await this.fields.frameFor(accountId, query.origin);
    void reply
      .header('content-security-policy', framePolicy(query.origin, files))
      .type('text/html; charset=utf-8')
      .send(renderFrame(account, query, files));
  }
}
