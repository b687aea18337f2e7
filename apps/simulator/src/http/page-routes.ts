import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Bank } from '../bank/bank.js';
import { type Challenge } from '../bank/book.js';
import { findCard, TEST_CARDS, type TestCard } from '../bank/cards.js';
import { type OtpOutcome } from '../bank/checkout.js';
import { isAttempt } from '../bank/operation-types.js';
import { isExpired, isPayable, type Order, type OrderStatus, orderStatusAt } from '../bank/order.js';
import { acsPage } from '../pages/acs-page.js';
import { closedPage, notFoundPage } from '../pages/closed-page.js';
import { contentSecurityPolicy } from '../pages/layout.js';
import { payPage } from '../pages/pay-page.js';
import { resultPage, returnUrl } from '../pages/result-page.js';
import { startPage } from '../pages/start-page.js';
import { type Language, languageOf } from '../pages/texts.js';
import { readCardForm } from './card-form.js';

type Query = Readonly<Partial<Record<'hpp_id' | 'lang' | 'fill', string>>>;
type PageRequest = FastifyRequest<{ Querystring: Query; Params: { id?: string } }>;

const formOf = ({ body }: FastifyRequest): URLSearchParams => new URLSearchParams(typeof body === 'string' ? body : '');

const originsOf = ({ successUrl, failUrl }: Order): string[] => [
  ...new Set([new URL(successUrl).origin, new URL(failUrl).origin]),
];

const send = (reply: FastifyReply, text: string, order?: Order): FastifyReply =>
  reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', contentSecurityPolicy(order ? originsOf(order) : []))
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .send(text);

/** The pages a payer sees: hosted page, 3DS page, result. */
class Pages {
  constructor(private readonly bank: Bank) {}

  pay({ query }: PageRequest, reply: FastifyReply): FastifyReply {
    const order = this.bank.book.order(query.hpp_id ?? '');
    const language = languageOf(query.lang, order);
    if (!order) return send(reply.code(404), notFoundPage(language));
    if (!isPayable(order, this.bank.clock.now())) return this.notPayable(order, language, reply);
    const fill = TEST_CARDS.find(({ name }) => name === query.fill);
    return send(reply, this.form(order, language, fill && { fill }), order);
  }

  submit(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const form = formOf(request);
    const order = this.bank.book.order(form.get('hpp_id') ?? '');
    const language = languageOf(form.get('lang'), order);
    if (!order) return send(reply.code(404), notFoundPage(language));
    const now = this.bank.clock.now();
    if (!isPayable(order, now)) return this.closed(order, language, reply.code(409));
    const { pan, wrong } = readCardForm(form, now);
    const card = findCard(pan);
    if (!card || wrong.length > 0) return send(reply.code(422), this.form(order, language, { wrong }), order);
    return this.follow(this.bank.checkout.pay(order, card), order, language, reply);
  }

  cancel(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const form = formOf(request);
    const order = this.bank.book.order(form.get('hpp_id') ?? '');
    const language = languageOf(form.get('lang'), order);
    if (!order) return send(reply.code(404), notFoundPage(language));
    if (!this.bank.checkout.cancel(order)) return this.closed(order, language, reply.code(409));
    return this.leave(order, 'CANCELED', language, reply);
  }

  challenge(request: PageRequest, reply: FastifyReply): FastifyReply {
    const challenge = this.bank.book.challenge(request.params.id ?? '');
    const order = challenge && this.orderOf(challenge);
    const language = languageOf(request.query.lang, order);
    if (!challenge || !order) return send(reply.code(404), notFoundPage(language));
    return this.ask(challenge, language, reply, false);
  }

  answer(request: PageRequest, reply: FastifyReply): FastifyReply {
    const form = formOf(request);
    const challenge = this.bank.book.challenge(request.params.id ?? '');
    const order = challenge && this.orderOf(challenge);
    const language = languageOf(form.get('lang'), order);
    if (!challenge || !order) return send(reply.code(404), notFoundPage(language));
    const outcome = this.decide(challenge, form);
    if (outcome.kind === 'wrong-code') return this.ask(challenge, language, reply.code(422), true);
    return this.follow(outcome, order, language, reply);
  }

  private decide(challenge: Challenge, form: URLSearchParams): OtpOutcome {
    const { checkout } = this.bank;
    if (form.get('action') === 'reject') return checkout.reject(challenge);
    return checkout.confirm(challenge, (form.get('otp') ?? '').trim());
  }

  status({ query }: PageRequest, reply: FastifyReply): FastifyReply {
    const order = this.bank.book.order(query.hpp_id ?? '');
    const language = languageOf(query.lang, order);
    if (!order) return send(reply.code(404), notFoundPage(language));
    const operation = this.bank.book.operationsOf(order).findLast(isAttempt);
    const status = orderStatusAt(order, this.bank.clock.now());
    return send(reply, resultPage({ order, status, language, ...(operation && { operation }) }), order);
  }

  start(reply: FastifyReply): FastifyReply {
    const { book, merchants, clock, options } = this.bank;
    const page = {
      publicUrl: options.publicUrl(),
      merchants: merchants.list(),
      now: clock.now(),
      aheadMs: clock.offset,
    };
    return send(reply, startPage({ ...page, orders: book.recentOrders(10) }));
  }

  private form(
    order: Order,
    language: Language,
    extra?: { fill: TestCard } | Pick<Parameters<typeof payPage>[0], 'wrong'>,
  ) {
    const merchant = this.bank.merchants.find(order.merchantId);
    return payPage({
      order,
      merchantName: merchant?.name ?? order.merchantId,
      testTerminal: merchant?.terminal !== 'live',
      language,
      now: this.bank.clock.now(),
      ...extra,
    });
  }

  private ask(challenge: Challenge, language: Language, reply: FastifyReply, wrongCode: boolean): FastifyReply {
    const { book, merchants } = this.bank;
    const operation = book.operation(challenge.ecomOperationId);
    const order = this.orderOf(challenge);
    if (!operation || !order) return send(reply.code(404), notFoundPage(language));
    const merchantName = merchants.find(order.merchantId)?.name ?? order.merchantId;
    const page = { challengeId: challenge.id, order, operation, merchantName, language, wrongCode };
    return send(reply, acsPage(page), order);
  }

  private orderOf(challenge: Challenge): Order | undefined {
    return this.bank.book.order(this.bank.book.operation(challenge.ecomOperationId)?.hppOrderId ?? '');
  }

  private notPayable(order: Order, language: Language, reply: FastifyReply): FastifyReply {
    const challenge = order.status === 'REQUIRED_3DS' ? this.bank.book.challengeOf(order) : undefined;
    if (challenge) return reply.redirect(`/acs/${challenge.id}?lang=${language}`, 303);
    return this.closed(order, language, reply);
  }

  private closed(order: Order, language: Language, reply: FastifyReply): FastifyReply {
    const now = this.bank.clock.now();
    const status = orderStatusAt(order, now);
    const expiredUnpaid = isExpired(order, now) && order.status !== status;
    return send(reply, closedPage({ order, status, expiredUnpaid, language }), order);
  }

  private follow(outcome: OtpOutcome, order: Order, language: Language, reply: FastifyReply): FastifyReply {
    if (outcome.kind === 'challenge') return reply.redirect(`/acs/${outcome.challengeId}?lang=${language}`, 303);
    if (outcome.kind === 'finished') return this.leave(order, outcome.status, language, reply);
    return this.closed(this.bank.book.order(order.hppOrderId) ?? order, language, reply.code(409));
  }

  /** To the merchant at once, or to the result page first. No parameters are added (U18). */
  private leave(order: Order, status: OrderStatus, language: Language, reply: FastifyReply): FastifyReply {
    const direct = order.statusPageType === 'STATUS_REDIRECT_MERCHANT_PAGE';
    const result = `/status?hpp_id=${order.hppOrderId}&lang=${language}`;
    return reply.redirect(direct ? returnUrl(order, status) : result, 303);
  }
}

export function registerPageRoutes(app: FastifyInstance, bank: Bank): void {
  const pages = new Pages(bank);
  app.get('/', (_request, reply) => pages.start(reply));
  app.get('/pay', (request: PageRequest, reply) => pages.pay(request, reply));
  app.post('/pay', (request, reply) => pages.submit(request, reply));
  app.post('/pay/cancel', (request, reply) => pages.cancel(request, reply));
  app.get('/acs/:id', (request: PageRequest, reply) => pages.challenge(request, reply));
  app.post('/acs/:id', (request: PageRequest, reply) => pages.answer(request, reply));
  app.get('/status', (request: PageRequest, reply) => pages.status(request, reply));
}
