import { type PaymentView, type RefundView, type VerificationView } from './payment.dto.js';

const PAYMENT_ID = 'pay_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f';
const PAGE = 'https://pay.bankalliance.example/01934f2c7b7a';
const RETURN_URL = 'https://shop.example/orders/1001';

const OPEN: PaymentView = {
  object: 'payment',
  id: PAYMENT_ID,
  status: 'requires_action',
  amount: 12_550,
  currency: 'UAH',
  paymentMethod: { type: 'hosted_page' },
  offSession: false,
  nextAction: { type: 'redirect', url: PAGE },
  captureMethod: 'automatic',
  settlementCurrency: 'UAH',
  amountAuthorized: 0,
  amountCaptured: 0,
  amountRefunded: 0,
  exchange: null,
  lineItems: null,
  receipt: null,
  livemode: false,
  paymentLinkId: null,
  savedCardId: null,
  subscriptionId: null,
  reference: 'order-1001',
  description: 'Order 1001',
  acceptsPayment: true,
  redirectUrl: PAGE,
  qrLink: null,
  returnUrl: RETURN_URL,
  failure: null,
  hold: null,
  flags: [],
  metadata: { basket: '7f3a' },
  expiresAt: '2026-01-31T13:00:00.000Z',
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:01.000Z',
};

const RECEIPT: PaymentView['receipt'] = {
  cardMask: '411111******1111',
  scheme: 'VISA',
  instrument: 'card',
  rrn: '629812000001',
  approvalCode: '012345',
  terminal: 'AE010002',
  bankOperationId: '1792843200000Ab3dE_f-GhI',
  url: null,
  paidAt: '2026-01-31T12:03:10.000Z',
  fee: 188,
};

const PAID: PaymentView = {
  ...OPEN,
  status: 'succeeded',
  amountAuthorized: 12_550,
  amountCaptured: 12_550,
  receipt: RECEIPT,
  acceptsPayment: false,
  nextAction: null,
  redirectUrl: null,
  updatedAt: '2026-01-31T12:03:12.000Z',
};

const HELD: PaymentView = {
  ...PAID,
  status: 'authorized',
  captureMethod: 'manual',
  amountCaptured: 0,
  hold: { expiresAt: '2026-02-07T12:03:10.000Z', action: null },
};

const CAPTURED: PaymentView = {
  ...HELD,
  status: 'succeeded',
  amountCaptured: 12_550,
  hold: {
    expiresAt: '2026-02-07T12:03:10.000Z',
    action: { kind: 'capture', amount: 12_550, status: 'succeeded', failure: null },
  },
};

const CANCELED: PaymentView = {
  ...OPEN,
  status: 'canceled',
  acceptsPayment: false,
  nextAction: null,
  redirectUrl: null,
};

const REFUND: RefundView = {
  object: 'refund',
  id: 'ref_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
  paymentId: PAYMENT_ID,
  amount: 2_550,
  currency: 'UAH',
  status: 'succeeded',
  reason: 'One of two cups broke on the way',
  failure: null,
  createdAt: '2026-02-01T09:30:00.000Z',
  updatedAt: '2026-02-01T09:30:02.000Z',
};

const VERIFICATION: VerificationView = {
  object: 'verification',
  id: 'ver_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
  status: 'requires_action',
  livemode: false,
  reference: 'customer-42',
  description: null,
  acceptsPayment: true,
  redirectUrl: PAGE,
  returnUrl: RETURN_URL,
  failure: null,
  receipt: null,
  savedCardId: null,
  flags: [],
  metadata: {},
  expiresAt: '2026-01-31T13:00:00.000Z',
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:01.000Z',
};

const CONFIRMED: PaymentView = {
  ...OPEN,
  paymentMethod: { type: 'card' },
  nextAction: { type: 'redirect', url: 'https://api.bankalliance.example/threeDS/getRedirectHtml/01934f2c7b7a' },
  redirectUrl: 'https://api.bankalliance.example/threeDS/getRedirectHtml/01934f2c7b7a',
};

/** Of the right form; nobody can open it. */
export const ENCRYPTED = [
  'eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00ifQ',
  'hkYzQeXn0GmYpCcqsPl7WMAl8bYvSv6Rr3Z1p2hQm7xTt4wJqkEaOQ',
  'p3uVd1mYx0aQeTbz',
  'Wk3nX9_wBA',
  'mZ1cV0tQyJ8nRkPd4sLxWg',
].join('.');

const CUSTOMER = {
  id: 'customer-42',
  firstName: 'Олена',
  lastName: 'Нечуй-Левицька',
  email: 'olena@example.com',
  phone: '380931234567',
};

/** For the document, by schema or operation. Requests are accepted as they are here, on a test account. */
export const PAYMENT_EXAMPLES = {
  CreatePayment: {
    amount: 12_550,
    currency: 'UAH',
    returnUrl: RETURN_URL,
    reference: 'order-1001',
    description: 'Order 1001',
    customer: CUSTOMER,
    metadata: { basket: '7f3a' },
  },
  ConfirmPayment: {
    encryptedData: ENCRYPTED,
    browser: {
      acceptHeader: 'text/html',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      language: 'uk-UA',
      colorDepth: 24,
      screenHeight: 1_080,
      screenWidth: 1_920,
      timeZoneOffset: -120,
    },
  },
  CapturePayment: { amount: 12_550 },
  CancelPayment: { refundLateMoney: true },
  CreateRefund: { amount: 2_550, reason: 'One of two cups broke on the way' },
  CreateVerification: { returnUrl: RETURN_URL, reference: 'customer-42', customer: CUSTOMER },
  Payment: PAID,
  createPayment: OPEN,
  confirmPayment: CONFIRMED,
  capturePayment: CAPTURED,
  cancelPayment: CANCELED,
  PaymentPage: { data: [PAID, HELD], nextCursor: null },
  Refund: REFUND,
  RefundList: { data: [REFUND] },
  RefundPage: { data: [REFUND], nextCursor: null },
  Verification: {
    ...{ ...VERIFICATION, status: 'succeeded', acceptsPayment: false, redirectUrl: null },
    savedCardId: 'card_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
  },
  createVerification: VERIFICATION,
};
