import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { AccountError } from '../accounts/account-error.js';
import { type MerchantAccount, MerchantAccountsService } from '../accounts/merchant-accounts.service.js';
import { HttpProblem } from '../http/http-problem.js';
import { type BrowserFile, BrowserFiles } from './browser-files.js';
import { type FrameFiles } from './frame-page.js';
import { HostedFieldsError } from './hosted-fields-error.js';
import { type HostedFieldsView } from './hosted-fields.dto.js';

/** Base of the addresses that browsers call. */
export abstract class PublicUrl {
  abstract readonly base: string;
}

const NOT_BUILT = 'The card fields for browsers are not built: run "npm run build".';

/** Whose pages get the card fields, and from where. */
@Injectable()
export class HostedFieldsService implements OnModuleInit {
  private readonly log = new Logger(HostedFieldsService.name);

  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly files: BrowserFiles,
    private readonly publicUrl: PublicUrl,
  ) {}

  onModuleInit(): void {
    if (!this.files.isBuilt) this.log.warn(NOT_BUILT);
  }

  /** @throws AccountError `PAYMENT_KEY_NOT_FOUND` */
  async of(accountId: string): Promise<HostedFieldsView> {
    const { id, environment, shopOrigins } = await this.withPaymentKey(accountId);
    return {
      object: 'hosted_fields',
      merchantAccountId: id,
      shopOrigins: shopOrigins ?? [],
      frameUrl: `${this.publicUrl.base}/hosted-fields/${id}`,
      scripts: {
        cardFields: this.served('card-fields.js'),
        cardEncryption: this.served('card-encryption.js'),
      },
      livemode: environment === 'live',
    };
  }

  /**
   * What the frame of a page of that origin is made of.
   * @throws AccountError `PAYMENT_KEY_NOT_FOUND`
   * @throws HostedFieldsError `SHOP_ORIGIN_UNKNOWN`
   */
  async frameFor(accountId: string, origin: string): Promise<FrameFiles & { readonly account: MerchantAccount }> {
    const account = await this.withPaymentKey(accountId);
    if (!account.shopOrigins?.includes(origin))
      throw new HostedFieldsError('SHOP_ORIGIN_UNKNOWN', 'Pages of this origin may not show the card fields.');
    return { account, script: this.served('card-frame.js'), style: this.served('card-frame.css') };
  }

  private async withPaymentKey(accountId: string): Promise<MerchantAccount> {
    if (!this.files.isBuilt) throw new HttpProblem('SERVICE_UNAVAILABLE', NOT_BUILT);
    const account = await this.accounts.find(accountId);
    if (account?.paymentKey) return account;
    throw new AccountError('PAYMENT_KEY_NOT_FOUND', 'There is no payment key for such a merchant account.');
  }

  private served(
    name: Parameters<BrowserFiles['named']>[0],
  ): { readonly url: string } & Pick<BrowserFile, 'integrity'> {
    const { path, integrity } = this.files.named(name);
    return { url: `${this.publicUrl.base}${path}`, integrity };
  }
}
