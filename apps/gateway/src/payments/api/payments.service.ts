import { Injectable } from '@nestjs/common';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { newId } from '../../database/id.js';
import { pageOf, placeIn, writeCursor } from '../../http/paging.js';
import { SecretText } from '../../accounts/secret-text.js';
import { type CardSecrets } from '../bank/payment-bank.js';
import { type IntentKind } from '../domain/operation.js';
import { type PageWishes } from '../domain/page.js';
import { PaymentError } from '../domain/payment-error.js';
import { paymentStatus } from '../domain/statuses.js';
import { CardVault } from '../engine/card-vault.js';
import { type ApiRequest, Engine } from '../engine/engine.service.js';
import { type Answer, fingerprintOf } from '../engine/idempotency.service.js';
import { isPayment, kindsOf } from '../kinds/kinds.js';
import { type Method } from '../kinds/methods.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type Changes } from '../store/changed-since.js';
import { currentOf } from '../store/operation.repository.js';
import { type Held, PaymentRecords } from '../store/payment-records.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { expiryOf } from '../store/payment.repository.js';
import { type ConfirmPayment } from './card.dto.js';
import { type ListPayments } from './list.dto.js';
import { type CreatePayment, type PaymentView } from './payment.dto.js';
import { customerDigestOf } from './customer-digest.js';
import { IntentsService, type NewIntent } from './intents.service.js';
import { type Shown, viewPayment } from './payment-view.js';

type PaymentTerms = Omit<CreatePayment, 'returnUrl' | 'customer' | 'browser' | 'paymentMethod'> & {
  readonly paymentMethod: { readonly type: Method; readonly card?: undefined } & PageWishes;
};

type Means = Pick<NewIntent, 'card' | 'savedCardId' | 'bankMerchantId'>;

@Injectable()
export class PaymentsService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly engine: Engine,
    private readonly intents: IntentsService,
    private readonly records: PaymentRecords,
    private readonly cards: CardVault,
  ) {}

  /**
   * Records the payment, then opens its order at the bank. 201 with the link, or 202 while the outcome is unknown.
   * @throws PaymentError `PAYMENT_METHOD_UNAVAILABLE` | `CARD_NOT_FOUND` | `CARD_NOT_ACTIVE` | `IDEMPOTENCY_MISMATCH` | `IDEMPOTENCY_IN_FLIGHT`
   */
  async create({ accountId, key }: { accountId: string; key: string }, body: CreatePayment): Promise<Answer> {
    const { customer, returnUrl = null } = body;
    const plain = withoutSecrets(body);
    const request = { accountId, key, route: 'POST /v1/payments', body: plain };
    return this.intents.open(request, {
      ...termsOf({ ...plain, paymentMethod: { ...plain.paymentMethod, card: undefined } }), // that has a column of its own
      ...{ id: newId('pay'), customer, returnUrl, render: renderPayment },
      ...(await this.meansOf(accountId, body)),
    });
  }

  /** What is paid with. A saved card stays on the terminal that it was saved on. */
  private async meansOf(accountId: string, body: CreatePayment): Promise<Means> {
    const { paymentMethod, customer, browser } = body;
    if (paymentMethod.type !== 'saved_card') return { card: secretsOf(body) };
    const { secret } = await this.accounts.open(accountId);
    const owner = { accountId, customerDigest: customerDigestOf(secret, customer.id) };
    const { card, token } = await this.cards.take(owner, paymentMethod.card);
    const cvv = paymentMethod.encryptedCvv === undefined ? undefined : SecretText.of(paymentMethod.encryptedCvv);
    return { card: { token, cvv, browser }, savedCardId: card.id, bankMerchantId: card.bankMerchantId };
  }

  /**
   * Goes on with the card data that a payment waits for. 200 as the bank says, or 202 while the outcome is unknown.
   * @throws PaymentError `PAYMENT_NOT_FOUND` | `PAYMENT_NOT_CONFIRMABLE` | `IDEMPOTENCY_MISMATCH` | `IDEMPOTENCY_IN_FLIGHT`
   */
  async confirm(
    { accountId, paymentId, key }: { accountId: string; paymentId: string; key: string },
    { encryptedData, browser }: ConfirmPayment,
  ): Promise<Answer> {
    const { secret } = await this.accounts.open(accountId);
    const fingerprint = fingerprintOf(secret, `POST /v1/payments/${paymentId}/confirm`, {}); // all of the body is secret
    const request: ApiRequest = {
      ...{ accountId, key, fingerprint, operationId: newId('op'), step: 'confirm' },
      render: (held) => ({ ...renderPayment(held), statusCode: isUnderWay(held) ? 202 : 200 }),
    };
    const data = encryptedData === undefined ? undefined : SecretText.of(encryptedData);
    return this.engine.confirm(request, paymentId, { data, browser });
  }

  /** @throws PaymentError `PAYMENT_NOT_FOUND` */
  async get(accountId: string, id: string): Promise<PaymentView> {
    const standing = await this.records.standing(accountId, id);
    if (!standing || !isPayment(standing.payment.kind))
      throw new PaymentError('PAYMENT_NOT_FOUND', `there is no payment ${id}`);
    const { payment, intents, followUps, ages } = standing;
    const { pastExpiry } = ages;
    const action = isHold(payment) ? followUps.findLast(({ kind }) => kind !== 'refund') : undefined;
    return viewPayment(payment, { ...linksOf(currentOf(intents) ?? null), pastExpiry, action });
  }

  /** What the QR code of a payment holds, while it can be paid. @throws PaymentError `PAYMENT_NOT_FOUND` | `QR_NOT_FOUND` */
  async qrLink(accountId: string, id: string): Promise<string> {
    const { qrLink } = await this.get(accountId, id);
    if (qrLink === null) throw new PaymentError('QR_NOT_FOUND', `payment ${id} has no QR code now`);
    return qrLink;
  }

  /** A page at a time: newest first, or the oldest change first. @throws PaymentError `CURSOR_INVALID` */
  async list(accountId: string, query: ListPayments): Promise<{ data: PaymentView[]; nextCursor: string | null }> {
    const { limit, cursor, changedSince } = query;
    const page =
      changedSince === undefined
        ? await this.newest(accountId, query)
        : await this.records.payments.changed(accountId, kindsOf('payment'), { changedSince, limit, cursor });
    return { data: await this.shown(accountId, page), nextCursor: page.nextCursor };
  }

  private async newest(accountId: string, query: ListPayments): Promise<Changes<PaymentEntity>> {
    const {
      limit,
      status,
      reference,
      paymentLinkId: linkId,
      subscriptionId,
      cursor,
      customerId,
      createdFrom,
      createdBefore,
    } = query;
    const customerDigest =
      customerId === undefined ? undefined : customerDigestOf((await this.accounts.open(accountId)).secret, customerId);
    const kinds = kindsOf('payment');
    const before = cursor === undefined ? undefined : readCursor(cursor);
    const { found, now } = await this.records.payments.list(accountId, {
      kinds,
      limit: limit + 1,
      before,
      status,
      reference,
      linkId,
      subscriptionId,
      customerDigest,
      metadata: Object.entries(query.metadata ?? {})[0],
      createdFrom,
      createdBefore,
    });
    const { rows, last } = pageOf(found, limit);
    return { rows, nextCursor: last ? writeCursor(last.id) : null, now };
  }

  /** What the page shows that is not in the rows themselves is read for all of them at once. */
  private async shown(accountId: string, { rows: page, now }: Changes<PaymentEntity>): Promise<PaymentView[]> {
    const payable = page.filter((row) => paymentStatus(row.status).payable).map(({ id }) => id);
    const intents = await this.records.operations.intentsOf(accountId, payable);
    const holds = page.filter(isHold).map(({ id }) => id);
    const actions = await this.records.operations.holdActionsOf(accountId, holds);
    const shown = (row: PaymentEntity) => ({
      ...linksOf(intents.get(row.id)),
      pastExpiry: expiryOf(row) < now,
      action: actions.get(row.id),
    });
    return page.map((row) => viewPayment(row, shown(row)));
  }
}

/** Hours. */
const USUAL_HOLD_HOURS = 7 * 24;

/** Nobody is there to confirm anything. */
const OFF_SESSION = { offSession: true, threeDs: 'none' } as const satisfies PageWishes;

/** What is asked for, whoever pays it. */
export function termsOf(asked: PaymentTerms) {
  const kind: IntentKind = asked.captureMethod === 'manual' ? 'authorization' : 'purchase';
  const { amount, currency, language, metadata, expiresInMinutes, lineItems, holdHours } = asked;
  const { type: method, ...wishes } = asked.paymentMethod;
  const { reference = null, description = null } = asked;
  return {
    ...{ kind, method, amount, currency, reference, description, language, metadata, expiresInMinutes },
    page: { ...wishes, ...(lineItems ? { lineItems } : {}), ...(asked.offSession ? OFF_SESSION : {}) },
    holdHours: kind === 'authorization' ? (holdHours ?? USUAL_HOLD_HOURS) : null,
  };
}

const linksOf = (intent: OperationEntity | null | undefined): Pick<Shown, 'redirectUrl' | 'qrLink'> => ({
  redirectUrl: intent?.redirectUrl ?? null,
  qrLink: intent?.qrLink ?? null,
});

const isHold = ({ kind }: PaymentEntity): boolean => kind === 'authorization';

/** 202 while the bank's answer is unknown, and with it the link, or what became of the money. */
const renderPayment = (held: Held): { statusCode: number; view: PaymentView } => ({
  statusCode: isUnderWay(held) ? 202 : 201,
  view: viewPayment(held.payment, linksOf(held.operation)),
});

const isUnderWay = ({ payment: { status } }: Held): boolean => status === 'created' || status === 'processing';

/** What the card is, encrypted; nothing where another way was chosen. */
function secretsOf({ paymentMethod, browser }: CreatePayment): CardSecrets | undefined {
  if (paymentMethod.type !== 'card') return undefined;
  const { encryptedNumber: number, encryptedData: data } = paymentMethod;
  return { number: SecretText.of(number), data: data === undefined ? undefined : SecretText.of(data), browser };
}

/** What is kept, and what a repeat has to have in common: card data is encrypted anew each time. */
function withoutSecrets(body: CreatePayment) {
  const { paymentMethod } = body;
  const plain = { ...body, browser: undefined };
  switch (paymentMethod.type) {
    case 'card':
      return { ...plain, paymentMethod: { ...paymentMethod, encryptedNumber: undefined, encryptedData: undefined } };
    case 'saved_card': {
      const { encryptedCvv, ...method } = paymentMethod;
      return { ...plain, paymentMethod: { ...method, ...(encryptedCvv === undefined ? { withoutCvv: true } : {}) } };
    }
    default:
      return { ...plain, paymentMethod };
  }
}

/** The cursor is the id of the last payment of the page before. */
function readCursor(cursor: string): string {
  const id = placeIn(cursor, /^pay_[0-9a-f]{32}$/u);
  if (id === undefined) throw new PaymentError('CURSOR_INVALID', 'the cursor is not one that we gave out');
  return id;
}
