import { Controller, Get, Param, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { HttpProblem } from '../http/http-problem.js';
import { BrowserFiles } from './browser-files.js';

/** Seconds: a year, which stands for ever. Source: RFC 9111, RFC 8246. */
const FOR_GOOD = 31_536_000;

/** Scripts and style sheets for pages of any origin: nothing in them is secret, and they hold no data. */
@Controller('browser')
export class BrowserFilesController {
  constructor(private readonly files: BrowserFiles) {}

  @Get(':name')
  get(@Param('name') name: string, @Res() reply: FastifyReply): void {
    const file = this.files.at(`/browser/${name}`);
    if (!file) throw new HttpProblem('ROUTE_NOT_FOUND', 'There is no such file. Addresses change with each version.');
    void reply
      .headers({
        'access-control-allow-origin': '*', // integrity is checked only of what a page may read
        'cache-control': `public, max-age=${FOR_GOOD}, immutable`,
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
      })
      .type(file.type)
      .send(file.text);
  }
}
