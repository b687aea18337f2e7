import {
  APPROVED,
  DO_NOT_HONOUR,
  findCard,
  INSUFFICIENT_FUNDS,
  maskPan,
  type ResultCodes,
  TEST_CARDS,
} from './cards.js';
import { toKopiyky } from './currency.js';
import { newBankId, newRrn } from './ids.js';
import { cardMeans } from './means.js';
import { finishOperation, openAttempt, type Operation, scriptedResult } from './operation.js';
import { orderAfter } from './order-status.js';
import { isPayable, type Order, orderStatusAt } from './order.js';
import { refundable, requireRefundable } from './refunds.js';

const NOW = Date.parse('2026-10-24T12:00:00Z');

const anOrder = (over: Partial<Order> = {}): Order => ({
  hppOrderId: 'order',
  ecomOrderId: 'ecom',
  merchantRequestId: 'request',
  merchantId: 'merchant',
  hppPayType: 'PURCHASE',
  directType: 'REDIRECT',
  hppTryMode: 'ONE_TRY',
  expirationTimeMinutes: 15,
  coinAmount: 1_000,
  currencyCode: '980',
  paymentMethods: ['CARD'],
  language: 'uk',
  notificationEncryption: false,
  successUrl: 'https://shop.example/ok',
  failUrl: 'https://shop.example/no',
  statusPageType: 'STATUS_PAGE',
  customerData: { senderCustomerId: 'c1' },
  createdAt: NOW,
  expiresAt: NOW + 900_000,
  status: 'PENDING',
  operations: [],
  ...over,
});

const card = findCard('4111111111111111')!;
const aPurchase = (over: Partial<Operation> = {}): Operation => ({
  ...openAttempt(anOrder(), cardMeans(card), NOW),
  ...over,
});
const aRefund = (purchase: Operation, over: Partial<Operation> = {}): Operation => ({
  ...purchase,
  ecomOperationId: `refund ${Math.random()}`,
  type: 'REFUND',
  original: {
    type: purchase.type,
    operationId: 'o',
    ecomOperationId: purchase.ecomOperationId,
    coinAmount: purchase.coinAmount,
    rrn: '-1',
  },
  ...over,
});

describe('results', () => {
  it.each<['test' | 'live', Operation['type'], number, ResultCodes]>([
    ['test', 'PURCHASE', 1_004, APPROVED],
    ['test', 'PURCHASE', 1_005, DO_NOT_HONOUR],
    ['test', 'PURCHASE', 6, INSUFFICIENT_FUNDS],
    ['test', 'PURCHASE', 1_017, INSUFFICIENT_FUNDS], // refund kopiyky mean nothing to a purchase: the card decides
    ['live', 'PURCHASE', 1_004, INSUFFICIENT_FUNDS],
    ['test', 'REFUND', 16, APPROVED],
    ['test', 'REFUND', 117, DO_NOT_HONOUR],
    ['test', 'REFUND', 218, INSUFFICIENT_FUNDS],
  ])('on a %s terminal a %s of %i ends as scripted', (terminal, type, coinAmount, result) => {
    expect(scriptedResult(terminal, { type, coinAmount }, INSUFFICIENT_FUNDS)).toEqual(result);
  });

  it('of test terminals carry rrn "-1" and no approval code', () => {
    const finished = finishOperation(aPurchase(), APPROVED, 'test', NOW);
    expect(finished).toMatchObject({ status: 'SUCCESS', rrn: '-1' });
    expect(finished).not.toHaveProperty('approvalCode');
  });

  it('of live terminals carry both', () => {
    const finished = finishOperation(aPurchase(), APPROVED, 'live', NOW);
    expect(finished.rrn).toMatch(/^629712\d{6}$/); // 2026, day 297, 12 h UTC
    expect(finished.approvalCode).toMatch(/^\d{6}$/);
    expect(finishOperation(aPurchase(), DO_NOT_HONOUR, 'live', NOW)).not.toHaveProperty('approvalCode');
  });

  it('hold nothing of a card but its mask', () => {
    for (const { pan } of TEST_CARDS) {
      const kept = JSON.stringify(openAttempt(anOrder(), cardMeans(findCard(pan)!), NOW));
      expect(kept).toContain(maskPan(pan));
      expect(kept).not.toContain(pan);
    }
  });
});

describe('an order', () => {
  it.each<[string, Partial<Order>, number, [boolean, string]]>([
    ['a fresh one', {}, 0, [true, 'PENDING']],
    ['an expired one', {}, 900_000, [false, 'FAIL']],
    ['a paid one', { status: 'SUCCESS' }, 0, [false, 'SUCCESS']],
    ['a paid one, later', { status: 'SUCCESS' }, 900_000, [false, 'SUCCESS']],
    ['a failed one', { status: 'FAIL' }, 0, [false, 'FAIL']],
    ['a failed link for many payments', { status: 'FAIL', hppTryMode: 'MULTI_PAYMENT' }, 0, [true, 'FAIL']],
    ['a cancelled link', { status: 'CANCELED', hppTryMode: 'MULTI_PAYMENT' }, 0, [false, 'CANCELED']],
  ])('%s', (_name, over, later, payableAndStatus) => {
    const order = anOrder(over);
    expect([isPayable(order, NOW + later), orderStatusAt(order, NOW + later)]).toEqual(payableAndStatus);
  });

  it.each<[string, number[], string]>([
    ['a part', [400], 'PARTIAL_REFUND'],
    ['all at once', [1_000], 'SUCCESS'],
    ['all in parts', [400, 600], 'SUCCESS'],
  ])('after a refund of %s', (_name, amounts, status) => {
    const purchase = aPurchase({ status: 'SUCCESS' });
    const refunds = amounts.map((coinAmount) => aRefund(purchase, { coinAmount, status: 'SUCCESS' }));
    expect(
      orderAfter(anOrder({ status: 'SUCCESS' }), refunds.at(-1)!, {
        operations: [purchase, ...refunds],
        refunded: 'SUCCESS',
      }).status,
    ).toBe(status);
  });

  it('keeps its status after a failed refund', () => {
    const purchase = aPurchase({ status: 'SUCCESS' });
    const refund = aRefund(purchase, { status: 'FAIL' });
    expect(
      orderAfter(anOrder({ status: 'SUCCESS' }), refund, { operations: [purchase, refund], refunded: 'SUCCESS' })
        .status,
    ).toBe('SUCCESS');
  });
});

describe('what may be refunded', () => {
  it('counts refunds on their way, not failed ones', () => {
    const purchase = aPurchase({ status: 'SUCCESS' });
    const of = (coinAmount: number, status: Operation['status']) => aRefund(purchase, { coinAmount, status });
    expect(refundable(purchase, [purchase, of(100, 'SUCCESS'), of(200, 'PENDING'), of(300, 'FAIL')])).toBe(700);
  });

  it.each<[string, Partial<Operation>, number, string]>([
    ['too much', { status: 'SUCCESS' }, 1_001, 'b_payment_invalid_refund_amount'],
    ['nothing', { status: 'SUCCESS' }, 0, 'b_payment_invalid_refund_amount'],
    ['a failed payment', { status: 'FAIL' }, 1, 'b_payment_invalid_refund_status'],
    ['a refund', { type: 'REFUND', status: 'SUCCESS' }, 1, 'b_payment_refund_not_supported'],
  ])('never %s', (_name, over, coinAmount, msgCode) => {
    expect(() => {
      requireRefundable(aPurchase(over), coinAmount, []);
    }).toThrow(msgCode);
  });
});

describe('forms', () => {
  it('ids are 13 digits of time and 11 characters', () => {
    expect(newBankId(1_764_688_635_274)).toMatch(/^1764688635274[\w-]{11}$/);
  });
  it('rrns never repeat in a row', () => {
    expect(newRrn(NOW)).not.toBe(newRrn(NOW));
  });
  it.each<[number, '980' | '840' | '978', number]>([
    [10, '840', 444],
    [1_000, '980', 1_000],
    [1, '840', 44],
    [100, '978', 5_125],
  ])('%i of %s is %i kopiyky', (amount, currency, kopiyky) => {
    expect(toKopiyky(amount, currency).coinAmount).toBe(kopiyky);
  });
});
