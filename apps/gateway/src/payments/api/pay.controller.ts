import { randomBytes } from 'node:crypto';
import { Controller, Get, HttpException, Param, Post, Query, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { CodedError } from '../../problems/coded-error.js';
import { LinkClicksService, type ShownLink } from './link-clicks.service.js';
import { type Led, OPENING } from './link-orders.service.js';
import { type PayPage, policyOf, renderPayPage } from './pay-pages.js';
import { languageOf } from './pay-texts.js';

type Asked = Readonly<Record<string, unknown>>;

/** The pages behind the address of a payment link. They are for anybody who has it, and hold no secret. */
@Controller('pay')
export class PayController {
  constructor(private readonly links: LinkClicksService) {}

  @Get(':linkId')
  async offer(
    @Param('linkId') linkId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const shown = await this.links.look(linkId);
    answer(request, reply, shown ? pageOf(shown) : { kind: 'unknown' });
  }

  /** Only a press of the button makes a payment: whoever merely looks, such as a messenger's preview, makes none. */
  @Post(':linkId')
  async pay(
    @Param('linkId') linkId: string,
    @Query() { page }: Asked,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const pageId = typeof page === 'string' && PAGE_ID.test(page) ? page : newPageId();
    const led = await this.links.click({ linkId, pageId, ip: request.ip }).catch(busy);
    if (led?.kind === 'bank' || led?.kind === 'payment') goTo(reply, led.url);
    else if (led?.kind === 'too_many') answer(request, reply, { kind: 'busy' });
    else await this.offer(linkId, request, reply);
  }

  @Get(':linkId/:paymentId')
  async payment(
    @Param('linkId') linkId: string,
    @Param('paymentId') paymentId: string,
    @Query() asked: Asked,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const shown = await this.links.lookAt(linkId, paymentId);
    const bankPage = Object.hasOwn(asked, OPENING) && shown?.payment.status === 'requires_action' && shown.redirectUrl;
    if (bankPage) goTo(reply, bankPage);
    else answer(request, reply, shown ? { kind: 'payment', ...shown } : { kind: 'unknown' });
  }
}

const newPageId = (): string => randomBytes(16).toString('hex');

const pageOf = (shown: ShownLink): PayPage =>
  shown.status === 'active' ? { kind: 'offer', ...shown, pageId: newPageId() } : { kind: 'closed', ...shown };

const PAGE_ID = /^[0-9a-f]{32}$/u;

/** What passes by itself: the bank, its slots or the database. Anything else is a defect. */
function busy(error: unknown): Led {
  if (error instanceof CodedError || error instanceof HttpException) return { kind: 'too_many' };
  throw error;
}

function goTo(reply: FastifyReply, url: string): void {
  void reply.status(303).headers(HEADERS).header('location', new URL(url).href).send();
}

const STATUS: Readonly<Record<PayPage['kind'], number>> = {
  offer: 200,
  payment: 200,
  closed: 410,
  unknown: 404,
  busy: 503,
};

/** Never kept, never framed, never told to the next page. */
const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow',
} as const;

function answer(request: FastifyRequest, reply: FastifyReply, page: PayPage): void {
  const language = languageOf(request.headers['accept-language'], 'link' in page ? page.link.language : undefined);
  void reply
    .status(STATUS[page.kind])
    .headers(HEADERS)
    .header('content-security-policy', policyOf(page))
    .type('text/html; charset=utf-8')
    .send(renderPayPage(page, language));
}
