import { openTo } from '../../accounts/scopes.js';
import {
  answer,
  type ApiDescription,
  body,
  idempotencyKey,
  type Json,
  pathParameter,
  problemsOf,
  queryParameters,
} from '../../docs/api-description.js';
import { HTTP_PROBLEMS, READING } from '../../http/http-problem.js';
import { PAYMENT_PROBLEMS } from '../domain/payment-error.js';
import { confirmPayment } from './card.dto.js';
import { LONGEST_WAIT } from './waiting.service.js';
import { PAYMENT_EXAMPLES } from './payment-examples.js';
import { listPayments, listRefunds } from './list.dto.js';
import {
  cancelPayment,
  capturePayment,
  createPayment,
  createRefund,
  createVerification,
  paymentPage,
  paymentView,
  qrQuery,
  refundList,
  refundPage,
  refundView,
  verificationView,
} from './payment.dto.js';

const PROBLEMS = { ...HTTP_PROBLEMS, ...PAYMENT_PROBLEMS };
export const problems = (...codes: (keyof typeof PROBLEMS)[]): Json => problemsOf(PROBLEMS, codes);

export const IDEMPOTENCY_KEY = idempotencyKey(
  'Unique to this request, for example your order number. Repeat a request with the same key and it happens once.',
);
/** Problems of every request, and of every request that creates something. */
export const WRITING = [
  'VALIDATION_FAILED',
  'BODY_NOT_JSON',
  'IDEMPOTENCY_KEY_MISSING',
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_IN_FLIGHT',
  'IDEMPOTENCY_MISMATCH',
  'BODY_TOO_LARGE',
  'MEDIA_TYPE_UNSUPPORTED',
  ...READING,
] as const;
const PAYMENT_ID = pathParameter('id');

/** The routes below /v1/payments. */
export const describePayments = (): ApiDescription => ({
  tags: ['Payments', 'Refunds', 'Verifications'],
  paths: { ...paymentPaths(), ...cardPaths(), ...holdPaths(), ...refundPaths(), ...verificationPaths() },
  incoming: {
    CreatePayment: createPayment,
    ConfirmPayment: confirmPayment,
    CapturePayment: capturePayment,
    CancelPayment: cancelPayment,
    CreateRefund: createRefund,
    CreateVerification: createVerification,
  },
  outgoing: {
    Payment: paymentView,
    Verification: verificationView,
    Refund: refundView,
    PaymentPage: paymentPage,
    RefundList: refundList,
    RefundPage: refundPage,
  },
  examples: PAYMENT_EXAMPLES,
});

export const REPLAYED = {
  headers: {
    'Idempotent-Replayed': {
      description: '`true` when this is the first answer again.',
      schema: { type: 'string', const: 'true' },
    },
  },
};

const PREFER = {
  name: 'Prefer',
  in: 'header',
  required: false,
  description: `\`wait=20\`: answer when the payment changes, or after so many seconds, at most ${LONGEST_WAIT}. A new payment is waited for only where the bank has not answered. See RFC 7240.`,
  schema: { type: 'string', examples: ['wait=20'] },
};
const WAITED = {
  headers: {
    'Preference-Applied': {
      description: 'The wait that was granted; absent where too many requests wait already.',
      schema: { type: 'string', examples: ['wait=20'] },
    },
  },
};

function paymentPaths(): Json {
  return {
    '/v1/payments': {
      post: {
        tags: ['Payments'],
        operationId: 'createPayment',
        security: openTo('payments'),
        summary: 'Create a payment and get the link to the bank page',
        parameters: [IDEMPOTENCY_KEY, PREFER],
        requestBody: body('CreatePayment'),
        responses: {
          201: answer('Payment', 'Created: send the customer to `redirectUrl`.', {
            headers: { ...REPLAYED.headers, ...WAITED.headers },
          }),
          202: answer('Payment', 'Recorded, but the bank has not answered yet: poll the payment.', WAITED),
          ...problems('PAYMENT_METHOD_UNAVAILABLE', 'CARD_NOT_FOUND', 'CARD_NOT_ACTIVE', ...WRITING),
        },
      },
      get: {
        tags: ['Payments'],
        operationId: 'listPayments',
        security: openTo('payments', 'refunds', 'read'),
        summary: 'List payments, newest first',
        parameters: queryParameters(listPayments),
        responses: {
          200: answer('PaymentPage', 'A page.'),
          ...problems('VALIDATION_FAILED', 'CURSOR_INVALID', ...READING),
        },
      },
    },
    '/v1/payments/{id}': {
      get: {
        tags: ['Payments'],
        operationId: 'getPayment',
        security: openTo('payments', 'refunds', 'read'),
        summary: 'Read a payment',
        parameters: [PAYMENT_ID, PREFER],
        responses: { 200: answer('Payment', 'As it is now.', WAITED), ...problems(...READING, 'PAYMENT_NOT_FOUND') },
      },
    },
  };
}

const IMAGE = { schema: { type: 'string', contentMediaType: 'image/png' } };
const DRAWING = { schema: { type: 'string', contentMediaType: 'image/svg+xml' } };

export const CODE_IMAGES = {
  description: 'The code, black on white.',
  content: { 'image/svg+xml': DRAWING, 'image/png': IMAGE },
};

function cardPaths(): Json {
  return {
    '/v1/payments/{id}/confirm': {
      post: {
        tags: ['Payments'],
        operationId: 'confirmPayment',
        security: openTo('payments'),
        summary: 'Send the card data that a payment waits for',
        parameters: [PAYMENT_ID, IDEMPOTENCY_KEY],
        requestBody: body('ConfirmPayment'),
        responses: {
          200: answer('Payment', 'As the bank says; `nextAction` where the customer is needed.', REPLAYED),
          202: answer('Payment', 'Under way: poll the payment. Do not send the card data again.'),
          ...problems('PAYMENT_NOT_FOUND', 'PAYMENT_NOT_CONFIRMABLE', ...WRITING),
        },
      },
    },
  };
}

function holdPaths(): Json {
  return {
    '/v1/payments/{id}/qr': {
      get: {
        tags: ['Payments'],
        operationId: 'getPaymentQr',
        security: openTo('payments', 'refunds', 'read'),
        summary: 'Draw the QR code of a transfer, as the National Bank has it',
        parameters: [PAYMENT_ID, ...queryParameters(qrQuery)],
        responses: {
          200: CODE_IMAGES,
          ...problems('PAYMENT_NOT_FOUND', 'QR_NOT_FOUND', 'VALIDATION_FAILED', ...READING),
        },
      },
    },
    '/v1/payments/{id}/capture': {
      post: {
        tags: ['Payments'],
        operationId: 'capturePayment',
        security: openTo('payments'),
        summary: 'Take what a payment with `captureMethod: manual` holds, once',
        parameters: [PAYMENT_ID, IDEMPOTENCY_KEY],
        requestBody: body('CapturePayment', false),
        responses: {
          200: answer('Payment', 'Done, or declined: `hold.action` says which.', REPLAYED),
          202: answer('Payment', 'Under way: poll the payment, or repeat the request.'),
          ...problems('PAYMENT_NOT_FOUND', 'PAYMENT_NOT_CAPTURABLE', 'CAPTURE_AMOUNT_INVALID', ...WRITING),
        },
      },
    },
    '/v1/payments/{id}/cancel': {
      post: {
        tags: ['Payments'],
        operationId: 'cancelPayment',
        security: openTo('payments'),
        summary: 'Close a payment that is not paid, or release what it holds',
        parameters: [PAYMENT_ID, IDEMPOTENCY_KEY],
        requestBody: body('CancelPayment', false),
        responses: {
          200: answer('Payment', 'Closed; of a hold: released or declined, as `hold.action` says.', REPLAYED),
          202: answer('Payment', 'The release is under way: poll the payment, or repeat the request.'),
          ...problems('PAYMENT_NOT_FOUND', 'PAYMENT_NOT_CANCELABLE', ...WRITING),
        },
      },
    },
  };
}

function refundPaths(): Json {
  return {
    '/v1/payments/{id}/refunds': {
      post: {
        tags: ['Refunds'],
        operationId: 'createRefund',
        security: openTo('refunds'),
        summary: 'Give money back, all or part',
        parameters: [PAYMENT_ID, IDEMPOTENCY_KEY],
        requestBody: body('CreateRefund', false),
        responses: {
          201: answer('Refund', 'The bank has it: poll until it is final.', REPLAYED),
          202: answer('Refund', 'The bank did not answer; it is being asked. Do not refund again.'),
          ...problems(
            'PAYMENT_NOT_FOUND',
            'PAYMENT_NOT_REFUNDABLE',
            'PAYMENT_NOT_PROVEN',
            'REFUND_TOO_LARGE',
            ...WRITING,
          ),
        },
      },
      get: {
        tags: ['Refunds'],
        operationId: 'listRefunds',
        security: openTo('payments', 'refunds', 'read'),
        summary: 'List the refunds of a payment, oldest first',
        parameters: [PAYMENT_ID],
        responses: { 200: answer('RefundList', 'All of them.'), ...problems(...READING, 'PAYMENT_NOT_FOUND') },
      },
    },
    '/v1/refunds': {
      get: {
        tags: ['Refunds'],
        operationId: 'listAllRefunds',
        security: openTo('payments', 'refunds', 'read'),
        summary: 'List refunds of all payments, newest first',
        parameters: queryParameters(listRefunds),
        responses: {
          200: answer('RefundPage', 'A page.'),
          ...problems('VALIDATION_FAILED', 'CURSOR_INVALID', ...READING),
        },
      },
    },
    '/v1/refunds/{id}': {
      get: {
        tags: ['Refunds'],
        operationId: 'getRefund',
        security: openTo('payments', 'refunds', 'read'),
        summary: 'Read a refund',
        parameters: [pathParameter('id')],
        responses: { 200: answer('Refund', 'As it is now.'), ...problems(...READING, 'REFUND_NOT_FOUND') },
      },
    },
  };
}

function verificationPaths(): Json {
  return {
    '/v1/verifications': {
      post: {
        tags: ['Verifications'],
        operationId: 'createVerification',
        security: openTo('cards'),
        summary: 'Have a card checked on the bank page; nothing is taken or held',
        parameters: [IDEMPOTENCY_KEY],
        requestBody: body('CreateVerification'),
        responses: {
          201: answer('Verification', 'Created: send the customer to `redirectUrl`.', REPLAYED),
          202: answer('Verification', 'Recorded, but the bank has not answered yet: poll it.'),
          ...problems(...WRITING),
        },
      },
    },
    '/v1/verifications/{id}': {
      get: {
        tags: ['Verifications'],
        operationId: 'getVerification',
        security: openTo('cards', 'read'),
        summary: 'Read a verification',
        parameters: [PAYMENT_ID],
        responses: { 200: answer('Verification', 'As it is now.'), ...problems(...READING, 'VERIFICATION_NOT_FOUND') },
      },
    },
  };
}
