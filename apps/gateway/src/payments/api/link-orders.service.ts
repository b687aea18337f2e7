import { Injectable } from '@nestjs/common';
import { newId } from '../../database/id.js';
import { BankSlots } from '../bank/bank-slots.js';
import { PaymentLinks } from '../bank/payment-links.js';
import { paymentStatus } from '../domain/statuses.js';
import { type PaymentLinkEntity } from '../store/payment-link.entity.js';
import { type Held } from '../store/payment-records.js';
import { IntentsService } from './intents.service.js';

/** Where it leads: the bank's page, a page about the payment, or nowhere for now. */
export type Led =
  | { readonly kind: 'bank'; readonly url: string }
  | { readonly kind: 'payment'; readonly url: string }
  | { readonly kind: 'closed' }
  | { readonly kind: 'too_many' };

/** Opens the order of a click, or leads to the one that there is. */
@Injectable()
export class LinkOrders {
  constructor(
    private readonly intents: IntentsService,
    private readonly slots: BankSlots,
    private readonly addresses: PaymentLinks,
  ) {}

  /** @throws PaymentError `PAYMENT_LINK_CLOSED` | `IDEMPOTENCY_IN_FLIGHT`, and what every payment may throw */
  async open(link: PaymentLinkEntity, key: string, ip: string): Promise<Led> {
    const { merchantAccountId: accountId, id: linkId } = link;
    const id = newId('pay');
    const { kind, method, amount, currency, reference, description, language, metadata, page } = link;
    const { holdHours, expiresInMinutes, returnUrl } = link;
    const request = { accountId, key, route: 'payment link', body: { linkId } };
    const { body, replayed } = await this.slots.run(accountId, () =>
      this.intents.open(request, {
        ...{ id, linkId, kind, method, amount, currency, reference, description, language, metadata, page },
        ...{ holdHours, expiresInMinutes, returnUrl: returnUrl ?? this.addresses.payUrl(linkId, id) },
        customer: { id, ip }, // nobody knows who it is
        render: renderLed,
      }),
    );
    const { paymentId, redirectUrl } = JSON.parse(body) as Made;
    return redirectUrl === null || replayed ? this.leadTo(link, paymentId) : { kind: 'bank', url: redirectUrl };
  }

  /** That page goes on to the bank's as soon as there is one. */
  leadTo({ id }: PaymentLinkEntity, paymentId: string): Led {
    return { kind: 'payment', url: `${this.addresses.payUrl(id, paymentId)}?${OPENING}` };
  }
}

/** In the address of a page about a payment: its reader wants to go on to the bank's page. */
export const OPENING = 'opening';

interface Made {
  readonly paymentId: string;
  readonly redirectUrl: string | null;
}

const renderLed = ({ payment, operation }: Held): { statusCode: number; view: Made } => ({
  statusCode: payment.status === 'created' ? 202 : 201,
  view: { paymentId: payment.id, redirectUrl: paymentStatus(payment.status).payable ? operation.redirectUrl : null },
});
