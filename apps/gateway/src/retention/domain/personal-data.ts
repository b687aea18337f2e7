/** What the columns of a table hold. Names of columns stand in one text, parted by blanks. */
interface TableData {
  /** Ids, amounts, statuses and times that the books and disputes need: they stay. */
  readonly books?: string;
  /** Of the installation, of a merchant, or of nobody. */
  readonly neutral?: string;
  /** Of a customer: the column, and SQL of what takes its place. The row is `t`. */
  readonly personal?: Readonly<Record<string, string>>;
  /** Of people who are no customers of a merchant: the column, and how it leaves. */
  readonly ofOthers?: Readonly<Record<string, string>>;
  /** Which rows are a customer's: `$1` the account, `$2` ids of payments, `$3` digests of the merchant's own id of the customer. */
  readonly rows?: string;
  /** The row goes as a whole. */
  readonly isDeleted?: true;
  /** Further columns that are set. */
  readonly also?: string;
}

const DCM = 'an operator removes it, or it leaves after 400 days';
/** Scheme and host: what stands behind them may name the customer. */
const ORIGIN = `substring(t.return_url from '^https?://') || substring(t.return_url from '^https?://(?:[^/?#]*@)?([^/?#]+)') || '/'`;
/** Amounts and quantities stay. */
const LINE_ITEMS = `CASE WHEN jsonb_typeof(t.page -> 'lineItems') = 'array' THEN jsonb_set(t.page, '{lineItems}',
  (SELECT coalesce(jsonb_agg(item || '{"name": "erased"}'), '[]') FROM jsonb_array_elements(t.page -> 'lineItems') AS item))
  ELSE t.page END`;
/** What an operator wrote, which may be about the customer; the bank's and our own sentences are not. */
const NO_WORDS = `CASE WHEN t.cause = 'operator' AND t.failure_message IS NOT NULL THEN 'erased' ELSE t.failure_message END`;
/** A card that the bank was asked to keep, or a link. */
const MADE_NO_PAYMENT = `(t.step = 'keep_card' OR starts_with(t.operation_id, 'link_'))`;
const DIGEST = `sha256(convert_to('erased ' || t.id, 'UTF8'))`;

/**
 * Every column of every table: a test compares it with the schema, so that none is forgotten. Customers are erased by it, in
 * this order: what others are found by comes last.
 */
export const PERSONAL_DATA: Readonly<Record<string, TableData>> = {
  saved_card: {
    books:
      'merchant_account_id id number bank_merchant_id status scheme origin payment_id livemode event_sequence created_at updated_at',
    neutral: 'token_sealed', // null once the card is deleted, and a customer with another is not erased
    personal: { customer_digest: DIGEST, token_digest: DIGEST, card_mask: 'NULL' },
    rows: 't.customer_digest = ANY ($3::bytea[])',
  },
  callback_inbox: {
    neutral:
      'merchant_account_id id subject_type subject_id deliveries received_at next_attempt_at attempts outcome settled_at',
    personal: { digest: 'NULL', body_sealed: 'NULL' },
    rows: 't.subject_id = ANY ($2::text[])',
    isDeleted: true,
  },
  webhook_attempt: {
    neutral: 'merchant_account_id number delivery_id status_code error duration_ms at',
    personal: { answer: 'NULL' },
    rows: `t.delivery_id IN (SELECT d.id FROM outbox_event e
             JOIN webhook_endpoint w ON w.merchant_account_id = e.merchant_account_id
             JOIN webhook_delivery d ON d.merchant_account_id = w.merchant_account_id AND d.endpoint_id = w.id AND d.event_id = e.id
           WHERE e.merchant_account_id = $1 AND e.subject_id = ANY ($2::text[]))`,
  },
  idempotency_key: {
    neutral:
      'merchant_account_id key fingerprint operation_id step holder lease_until status_code created_at settled_at',
    // What is asked for once more under the key is told as it is now. What made no payment keeps its answer, without the customer.
    personal: {
      response_body: `CASE WHEN ${MADE_NO_PAYMENT} THEN ((t.response_body::jsonb - 'customerId') ||
        '{"cardMask": null, "description": null, "returnUrl": null, "lineItems": null, "metadata": {}}')::text END`,
    },
    also: `status_code = CASE WHEN ${MADE_NO_PAYMENT} THEN t.status_code END, lease_until = now(),
           settled_at = CASE WHEN ${MADE_NO_PAYMENT} THEN t.settled_at END`,
    rows: `(t.operation_id IN (
              SELECT o.id FROM operation o WHERE o.merchant_account_id = $1 AND o.subject_id = ANY ($2::text[])
              UNION ALL SELECT l.id FROM payment_link l JOIN payment p ON p.merchant_account_id = $1 AND p.link_id = l.id
              WHERE l.merchant_account_id = $1 AND l.usage = 'single' AND p.id = ANY ($2::text[]))
            OR (t.step = 'keep_card' AND t.response_body::jsonb ->> 'id' IN (
              SELECT c.id FROM saved_card c WHERE c.merchant_account_id = $1 AND c.status = 'deleted' AND c.card_mask IS NULL)))`,
  },
  subscription: {
    books:
      'merchant_account_id id number plan_id status method livemode reference bank_merchant_id bank_order_id failure_code created_at updated_at',
    neutral: 'redirect_url next_look_at looks looked_at event_sequence',
    personal: {
      customer_sealed: 'NULL',
      description: 'NULL',
      return_url: ORIGIN,
      metadata: `'{}'`,
      customer_digest: DIGEST,
    },
    rows: 't.customer_digest = ANY ($3::bytea[])',
  },
  plan: {
    books:
      'merchant_account_id id number status livemode name category bank_merchant_id bank_plan_id created_at updated_at',
    neutral: 'description metadata event_sequence', // of the merchant
  },
  plan_version: { books: 'merchant_account_id plan_id number rules applies_from applies_to created_at' },
  recurring_request: {
    books:
      'merchant_account_id id number subject_id step lane status bank_merchant_id merchant_request_id input failure_code sent_at created_at updated_at',
    neutral: 'sends queries not_founds not_found_at next_attempt_at deadline_at',
  },
  scheduled_payment: {
    books:
      'merchant_account_id id subscription_id number version word amount execution_at retry_at retries payment_id proven created_at updated_at',
  },
  schedule_difference: {
    books: 'merchant_account_id id subscription_id scheduled_id kind detail found_at settled_at settled_by',
    neutral: 'reason', // an operator's, of the schedule
  },
  signing_key: { neutral: 'merchant_account_id id key_sealed active created_at' },
  payment_link: {
    books:
      'merchant_account_id id number usage active livemode kind method amount currency reference created_at updated_at',
    neutral: 'language hold_hours expires_in_minutes expires_at event_sequence',
    personal: { description: 'NULL', return_url: ORIGIN, metadata: `'{}'`, page: LINE_ITEMS },
    rows: `t.usage = 'single' AND t.id IN (SELECT p.link_id FROM payment p
             WHERE p.merchant_account_id = $1 AND p.id = ANY ($2::text[]))`,
  },
  reconciliation_break: {
    books:
      'merchant_account_id id number break_key type source status register_id line payment_id operation_id bank_operation_id rrn ours theirs at_risk seen_in found_at checked_at deadline_at ended_at',
    personal: { note: `CASE WHEN t.note IS NOT NULL THEN 'erased' END` },
    rows: 't.payment_id = ANY ($2::text[])',
  },
  audit_entry: {
    neutral: 'merchant_account_id id actor action at',
    personal: { detail: `t.detail - 'reason' - 'evidence' - 'note'` },
    rows: `t.detail ->> 'payment' = ANY ($2::text[])`,
  },
  history: {
    books: 'merchant_account_id number subject_type subject_id operation_id from_status to_status cause at',
    personal: { evidence: `CASE t.cause WHEN 'operator' THEN t.evidence - 'message' ELSE t.evidence END` },
    rows: 't.subject_id = ANY ($2::text[])',
  },
  operation: {
    books:
      'merchant_account_id id number subject_type subject_id parent_id kind step protocol bank_merchant_id status cause amount currency merchant_request_id bank_order_id bank_operation_id failure_code refusal_code evidence created_at updated_at changed_at',
    neutral:
      'attempt sends unsent sent_at known_at known_elsewhere_at restored_at not_found_at not_founds deadline_at next_query_at session_awaited_at queries',
    personal: { reason: 'NULL', redirect_url: 'NULL', qr_link: 'NULL', failure_message: NO_WORDS },
    rows: 't.subject_id = ANY ($2::text[])',
  },
  payment: {
    books:
      'merchant_account_id id number kind method status cause amount currency amount_authorized amount_captured amount_refunded amount_capturing amount_refunding livemode origin origin_id origin_ref reference expires_at hold_expires_at failure_code flags flags_settled ended_at created_at updated_at changed_at link_id saved_card_id subscription_id',
    neutral:
      'language expires_in_minutes refund_late named_order_ids shown incomplete_at gone_at event_sequence next_sync_at session_awaited_at hint_queries erased_at',
    personal: {
      customer_sealed: 'NULL',
      customer_digest: 'NULL',
      description: 'NULL',
      return_url: ORIGIN,
      metadata: `'{}'`,
      page: LINE_ITEMS,
      receipt: `t.receipt - 'cardMask' - 'receiptUrl'`,
      failure_message: NO_WORDS,
    },
    also: 'erased_at = now()',
    rows: 't.id = ANY ($2::text[])',
  },
  payment_metadata: { neutral: 'merchant_account_id digest number' }, // follows payment.metadata by a trigger
  outbox_event: {
    books: 'merchant_account_id id number subject_type subject_id sequence type data position created_at month', // ids only
  },
  register: {
    books:
      'merchant_account_id id number name status digest encoding separator amount_unit from_day to_day lines bad_lines created_at taken_at replaced_at',
  },
  register_line: {
    books:
      'merchant_account_id register_id line is_live terminal day processed_at operation_id rrn our_ids amount is_outgoing fee currency succeeded booked_id',
  },
  bank_sweep: {
    neutral: 'merchant_account_id day after_number asked unanswered breaks lease lease_until started_at done_at',
  },
  register_bad_line: { books: 'merchant_account_id register_id line problem' },
  webhook_delivery: {
    neutral:
      'merchant_account_id id number endpoint_id event_id status attempts claims next_attempt_at started_at created_at',
  },
  webhook_endpoint: {
    neutral:
      'merchant_account_id id url event_types description disabled_at disabled_reason failing_since event_sequence created_at updated_at',
  },
  webhook_secret: {
    neutral: 'merchant_account_id id endpoint_id secret_sealed request_key request_fingerprint created_at ends_at',
  },
  event_feed: { neutral: 'merchant_account_id last_position' },
  merchant_account: {
    neutral:
      'id name environment base_url bank_merchant_id a2a_merchant_id service_code_sealed account_secret_sealed payment_key shop_origins protocol_version payment_types provisioned_mark version created_at updated_at',
  },
  terminal: { neutral: 'merchant_account_id bank_merchant_id purpose created_at' },
  api_key: {
    neutral: 'merchant_account_id id hash hint name scopes addresses expires_at created_at revoked_at payout_limit',
  },
  client_key: { neutral: 'merchant_account_id id key_sealed status created_at updated_at' },
  proof_key: { neutral: 'merchant_account_id id private_sealed public_jwk created_at retired_at' },
  bank_session: {
    neutral:
      'merchant_account_id version session_sealed obtained_at expires_at published_at renewal_epoch lease_until failures retry_at last_error renewal_tokens tokens_counted_at undecryptable undecryptable_at blocked_by blocked_reason blocked_at probe_at',
  },
  session_renewal: { neutral: 'merchant_account_id epoch cause started_at finished_at outcome' },
  retention_rule: { neutral: 'merchant_account_id data keep_days below_minimum updated_at' },
  retention_turn: { neutral: 'only_row epoch lease_until next_at' },
  kek: { neutral: 'id fingerprint first_seen_at retired_at' },
  readiness_probe: { neutral: 'only_row written_at' },
  state_transition: { neutral: 'kind from_status to_status' },
  migrations: { neutral: 'id timestamp name' },
  dcm_counterparty: { neutral: 'guid lease_epoch lease_until failures retry_at last_error created_at' },
  dcm_subject: { neutral: 'counterparty_guid kind created_at disabled_at', ofOthers: { id: DCM } },
  dcm_object: {
    neutral: 'counterparty_guid id key_sealed created_at disabled_at',
    ofOthers: { login: DCM, external_id: DCM, profile_sealed: DCM },
  },
  dcm_rule: { neutral: 'counterparty_guid id flow object_id created_at', ofOthers: { subject_id: DCM } },
  dcm_signing_key: {
    neutral:
      'counterparty_guid id slot record_guid private_sealed public_jwk status created_at published_at signing_at retiring_at retired_at',
  },
  dcm_decision: {
    neutral: 'counterparty_guid id at call flow token allowed reason times',
    ofOthers: { subject: DCM, object: DCM },
  },
  dcm_issued_token: { neutral: 'counterparty_guid digest until' },
  dcm_used_token: { neutral: 'counterparty_guid digest until' },
  dcm_callback: {
    neutral:
      'counterparty_guid id kind digest deliveries differing received_at next_attempt_at attempts outcome settled_at',
    ofOthers: { subject: DCM, body_sealed: DCM },
  },
  dcm_receiver: {
    neutral: 'counterparty_guid id created_at disabled_at',
    ofOthers: { account: DCM, data_sealed: DCM },
  },
};

const words = (text = ''): string[] => text.split(' ').filter(Boolean);

/** Every column that has its place above, such as `payment.amount`. */
export const classifiedColumns = (): string[] =>
  Object.entries(PERSONAL_DATA).flatMap(([table, { books, neutral, personal = {}, ofOthers = {} }]) =>
    [...words(books), ...words(neutral), ...Object.keys(personal), ...Object.keys(ofOthers)].map(
      (column) => `${table}.${column}`,
    ),
  );

/** One table's part of erasing a customer. */
export interface Erasure {
  readonly table: string;
  readonly rows: string;
  /** SQL of the change; undefined: the rows are deleted. */
  readonly set: string | undefined;
}

export const ERASURES: readonly Erasure[] = Object.entries(PERSONAL_DATA).flatMap(
  ([table, { rows, personal = {}, also, isDeleted }]) => {
    if (rows === undefined) return [];
    const changes = Object.entries(personal).map(([column, value]) => `${column} = ${value}`);
    return [
      { table, rows, set: isDeleted ? undefined : [...changes, ...(also === undefined ? [] : [also])].join(', ') },
    ];
  },
);
