import { keptFailure } from '../domain/failures.js';
import { SETTLEMENT_CURRENCY } from '../domain/money.js';
import { PAYMENT_FLAGS } from '../domain/payment.js';
import { type Receipt } from '../domain/receipt.js';
import { operationStatus, paymentStatus } from '../domain/statuses.js';
import { type PaymentView, type RefundView, type VerificationView } from './payment.dto.js';
import { type PayoutView } from './payout.dto.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type PaymentEntity } from '../store/payment.entity.js';

/** What of a payment's operations belongs to its view. */
export interface Shown {
  /** Where the bank takes the money, whether it still does or not. */
  readonly redirectUrl: string | null;
  /** What its QR code holds. */
  readonly qrLink?: string | null | undefined;
  /** The time that the customer had is over: nobody is sent to pay any more. */
  readonly pastExpiry?: boolean | undefined;
  /** The latest capture or release of a hold. */
  readonly action?: OperationEntity | undefined;
}

export const viewPayment = (row: PaymentEntity, shown: Shown): PaymentView => ({
  object: 'payment',
  id: row.id,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  paymentMethod: methodOf(row),
  offSession: row.page.offSession ?? false,
  nextAction: nextActionOf(row, linksOf(row, shown).redirectUrl),
  captureMethod: row.kind === 'authorization' ? 'manual' : 'automatic',
  settlementCurrency: SETTLEMENT_CURRENCY,
  amountAuthorized: row.amountAuthorized,
  amountCaptured: row.amountCaptured,
  amountRefunded: row.amountRefunded,
  exchange: viewExchange(row),
  lineItems: row.page.lineItems ? [...row.page.lineItems] : null,
  receipt: row.receipt && viewReceipt(row.receipt),
  paymentLinkId: row.linkId,
  savedCardId: row.savedCardId,
  subscriptionId: row.subscriptionId,
  livemode: row.livemode,
  reference: row.reference,
  description: row.description,
  acceptsPayment: acceptsPayment(row, shown),
  ...linksOf(row, shown),
  returnUrl: row.returnUrl,
  failure: keptFailure(row),
  hold: row.kind === 'authorization' ? viewHold(row, shown.action) : null,
  flags: PAYMENT_FLAGS.filter((flag) => flag in row.flags),
  metadata: row.metadata,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.changedAt.toISOString(),
});

/** Also where the link is still to come. */
const acceptsPayment = ({ status }: PaymentEntity, { pastExpiry = false }: Shown): boolean =>
  (paymentStatus(status).payable || paymentStatus(status).closable) && !pastExpiry;

const linksOf = ({ status }: PaymentEntity, { redirectUrl, qrLink = null, pastExpiry = false }: Shown) =>
  paymentStatus(status).payable && !pastExpiry ? { redirectUrl, qrLink } : NO_LINKS;
function nextActionOf({ status }: PaymentEntity, redirectUrl: string | null): PaymentView['nextAction'] {
  if (status === 'requires_confirmation') return { type: 'confirm' };
  return status === 'requires_action' && redirectUrl !== null ? { type: 'redirect', url: redirectUrl } : null;
}

const NO_LINKS = { redirectUrl: null, qrLink: null };

/** As it was asked for. */
export function methodOf({
  method,
  page: { instruments, tries, resultPage, bank, threeDs, withoutCvv, saveCard },
}: Pick<PaymentEntity, 'method' | 'page'>): PaymentView['paymentMethod'] {
  const wishes = {
    instruments: instruments && [...instruments],
    tries,
    resultPage,
    bank,
    threeDs,
    withoutCvv,
    saveCard,
  };
  return { type: method, ...wishes };
}

/** Of a payment in hryvnias there is nothing to say. */
function viewExchange({ currency, receipt }: PaymentEntity): PaymentView['exchange'] {
  if (currency === SETTLEMENT_CURRENCY || receipt?.hryvnia === undefined) return null;
  return { amount: receipt.hryvnia, currency: SETTLEMENT_CURRENCY, rate: receipt.rate ?? null };
}

const NOTHING_TOLD = {
  cardMask: null,
  scheme: null,
  instrument: null,
  rrn: null,
  approvalCode: null,
  terminal: null,
  bankOperationId: null,
  paidAt: null,
  fee: null,
};

function viewReceipt(receipt: Receipt): NonNullable<PaymentView['receipt']> {
  const told = Object.entries(receipt).filter(([member]) => Object.hasOwn(NOTHING_TOLD, member));
  return { ...NOTHING_TOLD, ...(Object.fromEntries(told) as Partial<Receipt>), url: receipt.receiptUrl ?? null };
}

/** Nothing of it moves money, so it has no amounts. */
export const viewVerification = (row: PaymentEntity, shown: Shown): VerificationView => ({
  object: 'verification',
  id: row.id,
  status: row.status,
  livemode: row.livemode,
  reference: row.reference,
  description: row.description,
  acceptsPayment: acceptsPayment(row, shown),
  redirectUrl: linksOf(row, shown).redirectUrl,
  returnUrl: row.returnUrl ?? '', // every one on the hosted page has one
  failure: keptFailure(row),
  receipt: row.receipt && viewReceipt(row.receipt),
  savedCardId: row.savedCardId,
  flags: PAYMENT_FLAGS.filter((flag) => flag in row.flags),
  metadata: row.metadata,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.changedAt.toISOString(),
});

/** It has no page and no customer: money goes out. */
export const viewPayout = (row: PaymentEntity): PayoutView => ({
  object: 'payout',
  id: row.id,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  livemode: row.livemode,
  reference: row.reference,
  description: row.description,
  failure: keptFailure(row),
  receipt: row.receipt && viewReceipt(row.receipt),
  flags: PAYMENT_FLAGS.filter((flag) => flag in row.flags),
  metadata: row.metadata,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.changedAt.toISOString(),
});

const viewHold = (row: PaymentEntity, action: OperationEntity | undefined): PaymentView['hold'] => ({
  expiresAt: row.holdExpiresAt?.toISOString() ?? null,
  action: action ? viewAction(action) : null,
});

const viewAction = (row: OperationEntity): NonNullable<PaymentView['hold']>['action'] => ({
  kind: row.kind === 'capture' ? 'capture' : 'cancel',
  amount: row.amount,
  status: operationStatus(row.status).shownAs,
  failure: operationStatus(row.status).givenUp ? keptFailure(row) : null,
});

export const viewRefund = (row: OperationEntity): RefundView => ({
  object: 'refund',
  id: row.id,
  paymentId: row.subjectId,
  amount: row.amount,
  currency: row.currency,
  status: operationStatus(row.status).shownAs,
  reason: row.reason,
  failure: operationStatus(row.status).givenUp ? keptFailure(row) : null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.changedAt.toISOString(),
});
