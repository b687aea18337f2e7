import { createHmac, timingSafeEqual } from 'node:crypto';
import { type MerchantAccount } from '../../accounts/merchant-accounts.service.js';

/** Addresses of ours. Nobody can guess or make those that the bank gets for one payment without the account's secret. */
export class PaymentLinks {
  /** @param publicUrl absolute; its path is the prefix under which a proxy shows us */
  constructor(private readonly publicUrl: string) {}

  callbackUrl(account: MerchantAccount, paymentId: string): string {
    return this.address('callbacks', 'alliance', account.id, paymentId, tokenOf(account, paymentId, 'callback'));
  }

  /** The customer comes back through us, so that the bank is asked at once. */
  returnUrl(account: MerchantAccount, paymentId: string): string {
    return this.address('return', account.id, paymentId, tokenOf(account, paymentId, 'return'));
  }

  /** What a merchant hands out: a payment link, or what became of one payment by it. */
  payUrl(linkId: string, paymentId?: string): string {
    return this.address('pay', linkId, ...(paymentId === undefined ? [] : [paymentId]));
  }

  private address(...segments: readonly string[]): string {
    const url = new URL(this.publicUrl);
    url.pathname = [url.pathname.replace(/\/+$/u, ''), ...segments.map(encodeURIComponent)].join('/');
    return url.href;
  }
}

export type LinkPurpose = 'callback' | 'return';

/** In constant time. */
export function isLinkToken(account: MerchantAccount, paymentId: string, purpose: LinkPurpose, token: string): boolean {
  const expected = Buffer.from(tokenOf(account, paymentId, purpose));
  const given = Buffer.from(token);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function tokenOf(account: MerchantAccount, paymentId: string, purpose: LinkPurpose): string {
  return createHmac('sha256', account.secret).update(`${purpose}\n${paymentId}`).digest('base64url');
}
