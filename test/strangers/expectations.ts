import { type PersonalityName, type PersonalityOptions } from '../support/bank-control.js';

/** What must hold with one personality switched on, and once the bank is itself again. */
export interface Expectation {
  /** When it is switched on: before the payment, when the customer has the link, or when the payment is paid. */
  readonly from: 'start' | 'opened' | 'paid';
  /** Options to try beside the defaults. */
  readonly variants?: readonly PersonalityOptions<PersonalityName>[];
  /** The payment is of a live terminal, where codes, rrn and approval code are required. */
  readonly live?: boolean;
  /** The bank acts on the refund, but its answer is lost. */
  readonly losesRefundAnswer?: boolean;
  /** Statuses that are right while it is on: of the payment, or of its refund when it is on from `paid`. */
  readonly meanwhile: readonly string[];
  /** What ends it: it is switched off, or its time passes at the bank. */
  readonly endsAfterMs?: number;
  /** Where it ends: of the payment, or of the refund. */
  readonly finally: readonly string[];
  /** What is flagged, or imported, once the payment is read again. */
  readonly notices?: 'second_charge' | 'refund';
  /** Path that meets the personality in the end, when no payment does. */
  readonly meetsAt?: string;
}

const NOT_PAID = ['created', 'requires_action', 'processing', 'needs_review'];
const NO_LINK = ['created', 'processing', 'needs_review', 'expired', 'failed'];
const IN_DOUBT = ['pending', 'unknown', 'needs_review'];
const WORKS: Expectation = { from: 'start', meanwhile: ['succeeded'], finally: ['succeeded'] };
/** The bank was paid, but what it says does not meet the success rule. */
const DOUBTFUL: Expectation = { from: 'opened', live: true, meanwhile: NOT_PAID, finally: ['succeeded'] };
/** The answer to create-order cannot be used: no link reaches the customer. */
const UNUSABLE: Expectation = {
  from: 'start',
  meanwhile: NO_LINK,
  finally: ['succeeded', 'expired', 'failed', 'needs_review'],
};
const REFUND_IN_DOUBT: Expectation = {
  from: 'paid',
  losesRefundAnswer: true,
  meanwhile: IN_DOUBT,
  finally: ['succeeded'],
};

/** What the bank says about orders. */
export const ORDERS = {
  order_other_request_id: UNUSABLE,
  order_other_merchant: UNUSABLE,
  order_other_amount: UNUSABLE,
  order_expiry: UNUSABLE,
  order_link: {
    ...UNUSABLE,
    variants: [{ value: '/pay?hpp_id=1' }, { value: ' ' }, { value: 'ftp://bank.example/pay' }, { value: 'https://' }],
  },
  order_unusable: { ...UNUSABLE, variants: [{ how: 'null_link' }, { how: 'no_order_id' }, { how: 'empty' }] },
  expired_error: { ...DOUBTFUL, live: false, variants: [{ msgCode: 'b_hpp_order_not_found' }] },
  order_contradicts: { ...DOUBTFUL, live: false },
  unreadable_element: {
    from: 'opened',
    variants: [{ how: 'null' }, { how: 'text' }, { how: 'list' }],
    meanwhile: [...NOT_PAID, 'succeeded'],
    finally: ['succeeded'],
  },
} as const satisfies Partial<Record<PersonalityName, Expectation>>;

/** What the bank says about operations, and when. */
export const OPERATIONS = {
  late_traces: { ...DOUBTFUL, endsAfterMs: 20 * 60_000 },
  knows_but_not_found: REFUND_IN_DOUBT,
  not_found_at_first: { ...REFUND_IN_DOUBT, endsAfterMs: 2 * 60_000 },
  foreign_verdict: {
    ...REFUND_IN_DOUBT,
    variants: [
      { type: 'REFUND', status: 'FAIL' },
      { type: 'REFUND', status: 'SUCCESS' },
      { type: 'REFUND', status: 'FAIL', merchantRequestId: 'ours', terminal: 'other' },
      { type: 'PURCHASE', status: 'SUCCESS', merchantRequestId: 'ours' },
    ],
  },
  no_result_codes: {
    ...DOUBTFUL,
    variants: [{ missing: 'empty' }, { missing: 'null' }, { missing: 'actionCode' }, { missing: 'responseCode' }],
  },
  other_result_codes: { ...DOUBTFUL, variants: [{ actionCode: '1', responseCode: '00' }] },
  status_text: { ...DOUBTFUL, live: false, variants: [{ status: 'success' }, { status: 'DONE' }] },
  another_type: { ...DOUBTFUL, live: false, variants: [{ type: 'PREAUTH' }] },
  other_amount: { ...DOUBTFUL, live: false, variants: [{ by: 1 }] },
  other_currency: { ...DOUBTFUL, live: false },
  other_merchant: { ...DOUBTFUL, live: false },
  other_order: { ...DOUBTFUL, live: false },
  test_rrn: { ...DOUBTFUL, variants: [{ rrn: '123' }, { rrn: '' }] },
  refund_answer_lies: { ...WORKS, from: 'paid', meanwhile: [...IN_DOUBT, 'succeeded'] },
  repeats_original_id: { ...WORKS, from: 'paid', meanwhile: [...IN_DOUBT, 'succeeded'] },
  pending_payment: { ...DOUBTFUL, live: false, endsAfterMs: 10 * 60_000 },
  pending_refund: { ...REFUND_IN_DOUBT, losesRefundAnswer: false, endsAfterMs: 10 * 60_000 },
  charges_twice: { ...WORKS, notices: 'second_charge' },
  back_office_refund: { ...WORKS, variants: [{ delayMs: 0, merchantRequestId: 'absent' }], notices: 'refund' },
  callback_lost: WORKS,
} as const satisfies Partial<Record<PersonalityName, Expectation>>;

/** How the bank gives sessions, and whom it lets in. */
export const SESSIONS = {
  session_life: { ...WORKS, variants: [{ lifeMs: 50 * 60_000 }, { lifeMs: 27 * 3_600_000 }] },
  session_expiry: {
    ...WORKS,
    variants: [{ value: 'null' }, { value: 'past' }, { value: 'far' }, { value: 'garbage' }, { value: 'number' }],
  },
  session_key: { ...WORKS, variants: [{ how: 'legacy' }, { how: 'decorated' }] },
  session_unusable: { ...UNUSABLE, variants: [{ how: 'no_device' }, { how: 'no_key' }, { how: 'other_curve' }] },
  slow_authorize: { ...WORKS, variants: [] },
  overloaded: UNUSABLE,
  refuses_sessions: UNUSABLE,
  closed_service_code: { ...UNUSABLE, finally: [...UNUSABLE.finally, 'created'] },
  rival: { ...WORKS, meanwhile: [...NOT_PAID, 'succeeded'] },
  hangs: { ...UNUSABLE, variants: [{ acts: true }] },
} as const satisfies Partial<Record<PersonalityName, Expectation>>;

/** How the bank writes, and what stands before it. */
export const ANSWERS = {
  fractions: WORKS,
  unknown_members: WORKS,
  wrong_types: WORKS,
  nulls: WORKS,
  msg_type_success: WORKS,
  odd_json: WORKS,
  bom: WORKS,
  jose_header: WORKS,
  gzip: WORKS,
  media_type: { ...WORKS, variants: [{ value: 'text/plain' }, { value: 'application/octet-stream' }] },
  date_header: WORKS,
  clock_off: {
    from: 'paid',
    meanwhile: [...IN_DOUBT, 'failed', 'succeeded'],
    finally: ['failed', 'succeeded', 'needs_review'],
  },
  bare_status: {
    ...REFUND_IN_DOUBT,
    variants: [{ how: 'json' }, { how: 'empty' }, { httpStatus: 401, how: 'html' }, { httpStatus: 200, how: 'json' }],
  },
  cipher_helpers: { ...WORKS, meetsAt: '/cipher/encrypt_by_jwk?message=x' },
} as const satisfies Partial<Record<PersonalityName, Expectation>>;

/** Every personality has an expectation: this does not compile without. */
export const EXPECTATIONS: Readonly<Record<PersonalityName, Expectation>> = {
  ...ORDERS,
  ...OPERATIONS,
  ...SESSIONS,
  ...ANSWERS,
};

/** Defaults that would make a case long. */
export const SHORT: { readonly [Name in PersonalityName]?: PersonalityOptions<Name> } = {
  slow_authorize: { delayMs: 1_000 },
  rival: { everyMs: 500 },
};
