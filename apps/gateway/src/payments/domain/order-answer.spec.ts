import { isSafeLink, misfitsOf, type OrderAnswer, type OrderQuestion } from './order-answer.js';

const NOW = new Date('2026-10-24T12:00:00Z');
const minutes = (count: number): Date => new Date(NOW.getTime() + count * 60_000);
const question: OrderQuestion = {
  merchantRequestId: 'request-1',
  merchantId: 'merchant-1',
  amount: 1_000,
  livemode: true,
};
const anAnswer = (over: Partial<OrderAnswer> = {}): OrderAnswer => ({
  bankOrderId: 'order-1',
  merchantRequestId: 'request-1',
  merchantId: 'merchant-1',
  amount: 1_000,
  redirectUrl: 'https://pay.alb.ua/?hpp_id=1',
  createdAt: NOW,
  expiresAt: minutes(60),
  ...over,
});

describe('misfitsOf', () => {
  it.each<[string, Partial<OrderAnswer>]>([
    ['as asked', {}],
    ['without dates', { createdAt: null, expiresAt: null }],
    ['without a date of creation', { createdAt: null }],
    ['by a clock that is a little slow, for a short order', { createdAt: minutes(-12), expiresAt: minutes(-7) }],
    ['by a clock that is hours ahead', { createdAt: minutes(300), expiresAt: minutes(360) }],
    ['shorter than asked', { expiresAt: minutes(15) }],
  ])('finds nothing in an answer %s', (_what, over) => {
    expect(misfitsOf(anAnswer(over), question, NOW)).toEqual([]);
  });

  it.each<[string, Partial<OrderAnswer>]>([
    ['merchantRequestId', { merchantRequestId: 'request-2' }],
    ['merchantId', { merchantId: 'merchant-2' }],
    ['amount', { amount: 999 }],
    ['amount', { amount: 100_000 }],
    ['expiry', { expiresAt: minutes(-1) }],
    ['expiry', { createdAt: null, expiresAt: minutes(-1) }],
    ['expiry', { createdAt: minutes(-120), expiresAt: minutes(-60) }],
    ['expiry', { expiresAt: NOW }],
    ['expiry', { expiresAt: minutes(60 * 24 * 365) }],
    ['link', { redirectUrl: undefined }],
    ['link', { redirectUrl: 'javascript:alert(1)' }],
  ])('finds a wrong %s: %o', (name, over) => {
    expect(misfitsOf(anAnswer(over), question, NOW)).toEqual([name]);
  });
});

describe('isSafeLink', () => {
  it.each([
    'https://pay.alb.ua/?hpp_id=1762952514564YK07ZIElutD',
    'https://defe-ecom-deep-link.example/?redirectUrl=https%3A%2F%2Fbankalliance.go.link%2Fecomc2a%3Forder_id%3D17',
    'https://www.privat24.ua/rd/send_qr/nbu/QkNECjAwMwoxCklDVAo',
    'https://pay.alb.ua:8443/p#order',
    'HTTPS://PAY.ALB.UA',
    'https://pay.alb.ua/@order',
  ])('takes %s on any account', (link) => {
    expect([isSafeLink(link, true), isSafeLink(link, false)]).toEqual([true, true]);
  });

  it.each(['http://localhost:4001/pay?hpp_id=1', 'http://127.0.0.1/'])('takes %s on a test account only', (link) => {
    expect([isSafeLink(link, true), isSafeLink(link, false)]).toEqual([false, true]);
  });

  it.each([
    '',
    'javascript:alert(1)',
    'JaVaScRiPt://pay.alb.ua/%0aalert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'ftp://pay.alb.ua/',
    'intent://pay#Intent;end',
    'alliance://pay',
    '/pay?hpp_id=1',
    'pay?hpp_id=1',
    '//evil.example/pay',
    'https:pay.alb.ua',
    'https:/pay.alb.ua',
    'https:///pay.alb.ua',
    'https://',
    'https://?hpp_id=1',
    ' https://pay.alb.ua/',
    'https://pay.alb.ua/ ',
    'https://pay.alb.ua/a b',
    'https://pay.alb.ua/\n',
    'https://pay.alb.ua/\r\nset-cookie: a=b',
    'https://pay.alb.ua/\u0000',
    'java\nscript:alert(1)',
    'https://user@pay.alb.ua/',
    'https://user:password@pay.alb.ua/',
    'https://pay.alb.ua@evil.example/',
    'https://@evil.example/',
    'https://pay.alb.ua\\@evil.example/',
    'https:\\\\evil.example/',
    'https://pay.alb.ua/"><script>',
    'https://pay.alb.ua/\u202egpj',
    'https://p\u0430y.alb.ua/',
    'https://pay.alb.ua:99999/',
    'https://[::1/',
    `https://pay.alb.ua/${'a'.repeat(2_048)}`,
  ])('refuses %j everywhere', (link) => {
    expect([isSafeLink(link, true), isSafeLink(link, false)]).toEqual([false, false]);
  });
});
