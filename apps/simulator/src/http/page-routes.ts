import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Bank } from '../bank/bank.js';
import { type Challenge } from '../bank/book.js';
import { choicesOf, openWallet, walletOf } from '../bank/page-wallets.js';
import { findCard, TEST_CARDS, type TestCard } from '../bank/cards.js';
import { cardMeans, type Means } from '../bank/means.js';
import { type OtpOutcome } from '../bank/checkout.js';
import { isOfOrder, type Operation } from '../bank/operation.js';
import { isExpired, isPayable, type Order, type OrderStatus, orderStatusAt } from '../bank/order.js';
import { BankError } from '../protocol/bank-error.js';
import { acsPage } from '../pages/acs-page.js';
import { closedPage, notFoundPage } from '../pages/closed-page.js';
import { contentSecurityPolicy } from '../pages/layout.js';
import { payPage } from '../pages/pay-page.js';
import { donePage, issuerPage, transferPage } from '../pages/transfer-page.js';
import { resultPage, returnUrl } from '../pages/result-page.js';
import { startPage } from '../pages/start-page.js';
import { type Language, languageOf } from '../pages/texts.js';
import { walletPage } from '../pages/wallet-page.js';
import { readCardForm } from './card-form.js';

type Query = Readonly<Partial<Record<'hpp_id' | 'order_id' | 'redirectUrl' | 'lang' | 'fill' | 'wallet', string>>>;
type PageRequest = FastifyRequest<{ Querystring: Query; Params: { id?: string } }>;

const formOf = ({ body }: FastifyRequest): URLSearchParams => new URLSearchParams(typeof body === 'string' ? body : '');

const isWeb = (url: string): boolean => URL.canParse(url) && /^https?:/i.test(url);

/** After 3DS of a host-to-host payment: 302 without parameters (U18). */
const goBack = ({ resultRedirectUrl = '' }: Operation, language: Language, reply: FastifyReply): FastifyReply =>
  isWeb(resultRedirectUrl) ? reply.redirect(resultRedirectUrl, 302) : send(reply, donePage(language));

const send = (reply: FastifyReply, text: string, formTargets: readonly string[] = []): FastifyReply =>
  reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', contentSecurityPolicy(formTargets))
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .send(text);

/** One whose form may lead back to the merchant: over the return address to pages that only the merchant knows. */
const sendForm = (reply: FastifyReply, text: string): FastifyReply => send(reply, text, ['http:', 'https:']);

/** Nobody comes to a page with a mode that the card does not take. */
const statusOf = ({ status }: Operation): OrderStatus => (status === 'DESIRED_THREEDS_MODE_ERROR' ? 'FAIL' : status);

/** The pages a payer sees: hosted page, 3DS page, result. */
class Pages {
  constructor(private readonly bank: Bank) {}

  pay({ query }: PageRequest, reply: FastifyReply): FastifyReply {
    const order = this.bank.book.order(query.hpp_id ?? '');
    const language = languageOf(query.lang, order);
    if (!order) return send(reply.code(404), notFoundPage(language));
    if (!isPayable(order, this.bank.clock.now())) return this.notPayable(order, language, reply);
    const fill = TEST_CARDS.find(({ name }) => name === query.fill);
    return sendForm(reply, this.form(order, language, fill && { fill }));
  }

  submit(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const form = formOf(request);
    const order = this.bank.book.order(form.get('hpp_id') ?? '');
    const language = languageOf(form.get('lang'), order);
    if (!order) return send(reply.code(404), notFoundPage(language));
    const now = this.bank.clock.now();
    if (!isPayable(order, now)) return this.closed(order, language, reply.code(409));
    const { pan, wrong } = readCardForm(form, now);
    const card = order.paymentMethods.includes('CARD') ? findCard(pan) : undefined;
    if (!card || wrong.length > 0) return sendForm(reply.code(422), this.form(order, language, { wrong }));
    return this.follow(this.bank.checkout.pay(order, cardMeans(card)), order, language, reply);
  }

  /** The payer's telephone: a fake wallet. */
  wallet({ query }: PageRequest, reply: FastifyReply): FastifyReply {
    const order = this.bank.book.order(query.hpp_id ?? '');
    const language = languageOf(query.lang, order);
    const wallet = order && walletOf(order, query.wallet);
    if (!order || !wallet) return send(reply.code(404), notFoundPage(language));
    if (!isPayable(order, this.bank.clock.now())) return this.closed(order, language, reply);
    const shown = this.bank.schedule.priced(order);
    const choices = choicesOf(shown, wallet, this.bank.wallets);
    const page = { order: shown, wallet, choices, merchantName: this.merchantNameOf(order), language };
    return sendForm(reply, walletPage(page));
  }

  /** What the wallet hands to the page. */
  submitWallet(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const form = formOf(request);
    const order = this.bank.book.order(form.get('hpp_id') ?? '');
    const language = languageOf(form.get('lang'), order);
    if (!order) return send(reply.code(404), notFoundPage(language));
    if (!isPayable(order, this.bank.clock.now())) return this.closed(order, language, reply.code(409));
    const means = this.walletMeans(order, form);
    if (!means) return sendForm(reply.code(422), this.form(order, language, { walletRefused: true }));
    return this.follow(this.bank.checkout.pay(order, means), order, language, reply);
  }

  /** Undefined for a token that does not pay this order. */
  private walletMeans(order: Order, form: URLSearchParams): Means | undefined {
    const wallet = walletOf(order, form.get('wallet'));
    try {
      const { schedule, wallets } = this.bank;
      return wallet && openWallet(schedule.priced(order), wallet, form.get('token') ?? '', wallets);
    } catch (error) {
      if (error instanceof BankError) return undefined;
      throw error;
    }
  }

  private merchantNameOf({ merchantId }: { readonly merchantId: string }): string {
    return this.bank.merchants.find(merchantId)?.name ?? merchantId;
  }

  cancel(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const form = formOf(request);
    const order = this.bank.book.order(form.get('hpp_id') ?? '');
    const language = languageOf(form.get('lang'), order);
    if (!order) return send(reply.code(404), notFoundPage(language));
    if (!this.bank.checkout.cancel(order)) return this.closed(order, language, reply.code(409));
    return this.leave(order, 'CANCELED', language, reply);
  }

  /** Section f.6: on to the page of the card's bank. */
  redirect(request: PageRequest, reply: FastifyReply): FastifyReply {
    const { book } = this.bank;
    const operation = book.operationById(request.params.id ?? '');
    const challenge = operation && book.challengeOfOperation(operation);
    const language = languageOf(request.query.lang);
    if (!challenge) return send(reply.code(404), notFoundPage(language));
    return send(reply, issuerPage(`/acs/${challenge.id}`, language));
  }

  challenge(request: PageRequest, reply: FastifyReply): FastifyReply {
    const challenge = this.bank.book.challenge(request.params.id ?? '');
    const language = languageOf(request.query.lang, challenge && this.orderOf(challenge));
    if (!challenge) return send(reply.code(404), notFoundPage(language));
    return this.ask(challenge, language, reply, false);
  }

  answer(request: PageRequest, reply: FastifyReply): FastifyReply {
    const form = formOf(request);
    const { book } = this.bank;
    const challenge = book.challenge(request.params.id ?? '');
    const operation = challenge && book.operation(challenge.ecomOperationId);
    const order = operation && book.orderOf(operation);
    const language = languageOf(form.get('lang'), order);
    if (!challenge || !operation) return send(reply.code(404), notFoundPage(language));
    const outcome = this.decide(challenge, form);
    if (outcome.kind === 'wrong-code') return this.ask(challenge, language, reply.code(422), true);
    if (order && operation.threeDs?.redirectUrl === undefined) return this.follow(outcome, order, language, reply);
    return goBack(operation, language, reply);
  }

  transfer({ query }: PageRequest, reply: FastifyReply): FastifyReply {
    const order = this.bank.book.order(query.order_id ?? '');
    const language = languageOf(query.lang, order);
    if (order?.hppPayType !== 'A2A') return send(reply.code(404), notFoundPage(language));
    if (!isPayable(order, this.bank.clock.now())) return this.closed(order, language, reply);
    return sendForm(reply, transferPage({ order, merchantName: this.merchantNameOf(order), language }));
  }

  submitTransfer(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const form = formOf(request);
    const order = this.bank.book.order(form.get('order_id') ?? '');
    const language = languageOf(form.get('lang'), order);
    if (!order) return send(reply.code(404), notFoundPage(language));
    const amount = Number(form.get('coin_amount') ?? order.coinAmount);
    if (!Number.isSafeInteger(amount) || amount <= 0) return send(reply.code(422), notFoundPage(language));
    return this.follow(this.bank.checkout.transfer(order, amount), order, language, reply);
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
    const operation = this.bank.book.operationsOf(order).findLast(isOfOrder);
    const status = orderStatusAt(order, this.bank.clock.now());
    const shown = this.bank.schedule.priced(order);
    return sendForm(reply, resultPage({ order: shown, status, language, ...(operation && { operation }) }));
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
    extra?: { fill: TestCard } | Pick<Parameters<typeof payPage>[0], 'wrong' | 'walletRefused'>,
  ) {
    const merchant = this.bank.merchants.find(order.merchantId);
    return payPage({
      order: this.bank.schedule.priced(order),
      merchantName: this.merchantNameOf(order),
      testTerminal: merchant?.terminal !== 'live',
      language,
      now: this.bank.clock.now(),
      ...extra,
    });
  }

  private ask(challenge: Challenge, language: Language, reply: FastifyReply, wrongCode: boolean): FastifyReply {
    const operation = this.bank.book.operation(challenge.ecomOperationId);
    if (!operation) return send(reply.code(404), notFoundPage(language));
    const merchantName = this.merchantNameOf(operation);
    const page = { challengeId: challenge.id, operation, merchantName, language, wrongCode };
    return sendForm(reply, acsPage(page));
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
    return sendForm(reply, closedPage({ order, status, expiredUnpaid, language }));
  }

  private follow(outcome: OtpOutcome, order: Order, language: Language, reply: FastifyReply): FastifyReply {
    if (outcome.kind === 'challenge') return reply.redirect(`/acs/${outcome.challengeId}?lang=${language}`, 303);
    if (outcome.kind === 'finished') return this.leave(order, statusOf(outcome.operation), language, reply);
    return this.closed(this.bank.book.order(order.hppOrderId) ?? order, language, reply.code(409));
  }

  /** To the merchant at once, or to the result page first. No parameters are added (U18). */
  private leave(order: Order, status: OrderStatus, language: Language, reply: FastifyReply): FastifyReply {
    const direct = order.statusPageType === 'STATUS_REDIRECT_MERCHANT_PAGE';
    const result = `/status?hpp_id=${order.hppOrderId}&lang=${language}`;
    return reply.redirect(direct ? returnUrl(order, status) : result, this.bank.switches.get('pageReturnStatus'));
  }
}

export function registerPageRoutes(app: FastifyInstance, bank: Bank): void {
  const pages = new Pages(bank);
  app.get('/', (_request, reply) => pages.start(reply));
  app.get('/pay', (request: PageRequest, reply) => pages.pay(request, reply));
  app.post('/pay', (request, reply) => pages.submit(request, reply));
  app.get('/wallet', (request: PageRequest, reply) => pages.wallet(request, reply));
  app.post('/pay/wallet', (request, reply) => pages.submitWallet(request, reply));
  app.post('/pay/cancel', (request, reply) => pages.cancel(request, reply));
  app.get('/acs/:id', (request: PageRequest, reply) => pages.challenge(request, reply));
  app.post('/acs/:id', (request: PageRequest, reply) => pages.answer(request, reply));
  app.get('/threeDS/getRedirectHtml/:id', (request: PageRequest, reply) => pages.redirect(request, reply));
  app.get('/a2a', (request: PageRequest, reply) => pages.transfer(request, reply));
  app.post('/a2a', (request, reply) => pages.submitTransfer(request, reply));
  registerDeepLinks(app, bank);
  app.get('/status', (request: PageRequest, reply) => pages.status(request, reply));
}

/** Links that open the application of the payer's bank: here, the page of that application. */
function registerDeepLinks(app: FastifyInstance, bank: Bank): void {
  app.get('/app', ({ query }: PageRequest, reply) => {
    const { redirectUrl = '' } = query;
    const own = redirectUrl.startsWith(`${bank.options.publicUrl()}/a2a?`);
    return own ? reply.redirect(redirectUrl, 302) : reply.code(404).send('');
  });
  app.get<{ Params: { payload: string } }>('/rd/send_qr/nbu/:payload', ({ params }, reply) => {
    const [, , , , , , , , , , hppOrderId = ''] = Buffer.from(params.payload, 'base64url').toString().split('\n');
    return reply.redirect(`/a2a?order_id=${encodeURIComponent(hppOrderId)}`, 302);
  });
}
