import { Controller, Get, Param, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { AccountError } from '../../accounts/account-error.js';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { kidOf } from '../bank-access/payment-key.js';
import { type PaymentKeyView } from './payment-key.dto.js';

/** Seconds for which browsers and proxies may keep a payment key. The bank says of no key when it ends. */
const KEEP_SECONDS = 300;

/** For the pages of any shop. Whose key is meant is told by the account's id, which the address of a return shows, too. */
@Controller('v1/merchant-accounts')
export class PaymentKeyController {
  constructor(private readonly accounts: MerchantAccountsService) {}

  @Get(':id/payment-key')
  async get(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<PaymentKeyView> {
    void reply.header('access-control-allow-origin', '*'); // a page may read a refusal, too
    const account = await this.accounts.find(id);
    if (!account?.paymentKey)
      throw new AccountError('PAYMENT_KEY_NOT_FOUND', 'There is no payment key for such a merchant account.');
    const { x = '', y = '' } = account.paymentKey;
    const key = { kty: 'EC', crv: 'P-384', x, y } as const;
    void reply.header('cache-control', `public, max-age=${KEEP_SECONDS}`);
    return {
      object: 'payment_key',
      merchantAccountId: account.id,
      jwk: { ...key, use: 'enc', alg: 'ECDH-ES+A256KW', kid: kidOf(key) },
      livemode: account.environment === 'live',
    };
  }
}
