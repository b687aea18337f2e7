import { createSecretKey } from 'node:crypto';
import { type MerchantAccount } from '../../accounts/merchant-accounts.service.js';
import { SecretText } from '../../accounts/secret-text.js';
import { isLinkToken, type LinkPurpose, PaymentLinks } from './payment-links.js';

const anAccount = (over: Partial<MerchantAccount> = {}): MerchantAccount => ({
  id: 'acc_1',
  version: 1,
  secret: createSecretKey(Buffer.alloc(32, 1)),
  name: 'Shop',
  environment: 'test',
  baseUrl: 'https://bank.example',
  bankMerchantId: 'merchant-1',
  a2aMerchantId: null,
  shopOrigins: null,
  serviceCode: SecretText.of('service-code'),
  paymentKey: null,
  protocolVersion: '1.0',
  paymentTypes: ['hosted_page'],
  ...over,
});
const links = new PaymentLinks('https://pay.example');
const tokenOf = (url: string): string => url.split('/').at(-1) ?? '';

describe('PaymentLinks', () => {
  it('leads to us, naming account and payment', () => {
    expect(links.callbackUrl(anAccount(), 'pay_1')).toMatch(
      /^https:\/\/pay\.example\/callbacks\/alliance\/acc_1\/pay_1\/[\w-]{43}$/u,
    );
    expect(links.returnUrl(anAccount(), 'pay_1')).toMatch(/^https:\/\/pay\.example\/return\/acc_1\/pay_1\/[\w-]{43}$/u);
  });

  it('fits the 255 characters that the bank keeps, with real ids and a long host', () => {
    const id = 'x'.repeat(36);
    const far = new PaymentLinks(`https://${'h'.repeat(80)}.example`);
    expect(far.callbackUrl(anAccount({ id }), id).length).toBeLessThanOrEqual(255);
  });
});

describe('isLinkToken', () => {
  const callback = tokenOf(links.callbackUrl(anAccount(), 'pay_1'));
  const returning = tokenOf(links.returnUrl(anAccount(), 'pay_1'));

  it('accepts the tokens that we gave out', () => {
    expect(isLinkToken(anAccount(), 'pay_1', 'callback', callback)).toBe(true);
    expect(isLinkToken(anAccount(), 'pay_1', 'return', returning)).toBe(true);
  });

  const given = { account: anAccount(), paymentId: 'pay_1', purpose: 'callback' as LinkPurpose, token: callback };

  it.each<[string, Partial<typeof given>]>([
    ['of another payment', { paymentId: 'pay_2' }],
    ['for returning, used to call back', { token: returning }],
    ['for calling back, used to return', { purpose: 'return' }],
    ['of another account', { account: anAccount({ id: 'acc_2', secret: createSecretKey(Buffer.alloc(32, 2)) }) }],
    ['cut short', { token: callback.slice(0, -1) }],
    ['with something behind', { token: `${callback}=` }],
    ['with one character changed', { token: `${callback.startsWith('A') ? 'B' : 'A'}${callback.slice(1)}` }],
    ['that is blank', { token: '' }],
    ['of as many bytes, not characters', { token: `${'ї'.repeat(21)}a` }],
  ])('refuses a token %s', (_what, over) => {
    const { account, paymentId, purpose, token } = { ...given, ...over };
    expect(isLinkToken(account, paymentId, purpose, token)).toBe(false);
  });
});
