/** What a session may be refused with (section i). */
const SESSION_CODES = [
  ...['b_session_doesnt_exists', 'b_session_doesnt_exist', 'b_expired_token', 'b_used_token', 'b_unknown_device'],
  ...['b_previous_auth_token_expired', 'b_auth_token_expired', 'b_refresh_token_absent', 'b_virtual_device_not_found'],
] as const;

interface SwitchRow {
  readonly value: string | number | boolean;
  readonly what: string;
  /** What else it may be; absent = anything of the type. */
  readonly values?: readonly string[];
}

/** Where the bank's documents leave something open, one switch each; the default follows the protocol reference. */
export const SWITCHES = {
  supersededSessionCode: {
    value: 'b_session_doesnt_exists',
    values: SESSION_CODES,
    what: 'how a call under a session that a newer one has ended is refused (U1)',
  },
  expiredSessionCode: {
    value: 'b_expired_token',
    values: SESSION_CODES,
    what: 'how a call under a session whose time is over is refused (U1)',
  },
  unknownDeviceCode: {
    value: 'b_unknown_device',
    values: SESSION_CODES,
    what: 'how a call of a device that the bank does not know is refused (U1)',
  },
  absentTokenCode: {
    value: 'b_refresh_token_absent',
    values: SESSION_CODES,
    what: 'how a call without a token is refused (U1)',
  },
  completionTolerancePercent: {
    value: 20,
    what: 'a completion may differ from its hold by that many percent, else `b_invalid_request` (U16)',
  },
  lapsedHoldStatus: {
    value: 'SUCCESS',
    what: 'the `status` that a hold shows once the bank has reversed it by itself (U16)',
  },
  checkRequestDates: {
    value: true,
    what: '`date` must be within 5 min of the bank, else `b_security_time_in_request_not_correct` (U11)',
  },
  validationStatus: { value: 200, what: 'the HTTP status of a validation error (U12)' },
  signingKeyForm: {
    value: 'pem',
    values: ['pem', 'spki', 'jwk', 'bare_pem'],
    what: 'how the key endpoints show a key: PEM, base64 or JWK in `publicKey`, or PEM as the whole body (U4)',
  },
  signBusinessErrors: { value: true, what: 'a business error of a signed call is signed like its answer (U5)' },
  encryptBusinessErrors: { value: true, what: 'a business error of a JWE call is encrypted like its answer (U3)' },
  signedCallbackOfJwe: {
    value: false,
    what: 'a signed callback that `notificationEncryption` asks for carries the JWE text (U7)',
  },
  allowUnlistedClients: {
    value: true,
    what: 'false answers every API call 403 with an HTML page, as to an address that is not listed (U30)',
  },
  latencyMedianMs: {
    value: 0,
    what: 'real time until half of the API answers are there, lengths spread as those of real services are (log-normal)',
  },
  latencyP95Ms: { value: 0, what: 'real time until 95 of 100 are; below the median: all take the median' },
  enforceLimits: { value: false, what: 'amounts and counts over section l fail with `1`/`21` and `1`/`23`' },
  cardholderCheck: {
    value: 'on',
    values: ['on', 'disabled', 'unavailable', 'hub_401'],
    what: 'the card-to-tax-id check: on, disabled, unavailable, hub_401 (section h.6)',
  },
  recurringRetries: { value: 3, what: 'how often a failed scheduled payment is tried again (U21)' },
  recurringRetryHours: { value: 24, what: 'hours of bank time between two tries (U21)' },
  orderLifeMinutes: {
    value: 15,
    what: 'bank time until an order runs out whose request names none; A2A orders have 60 at least (U13)',
  },
  expiredOrderStatus: {
    value: 'FAIL',
    values: ['FAIL', 'CANCELED', 'PENDING'],
    what: '`orderStatus` of an order that ran out unpaid (U13)',
  },
  showExpiredOrders: {
    value: true,
    what: 'false refuses the data of an order that ran out unpaid with `b_hpp_order_expired` (U13)',
  },
  refundOfTransfer: {
    value: false,
    what: 'a transfer between accounts can be refunded, else `b_payment_refund_not_supported` (U17)',
  },
  commissionBasisPoints: {
    value: 0,
    what: '`merchantCommission` of whatever succeeds but refunds, in hundredths of a percent; a balance does not show it (U32)',
  },
  retriedCallbacks: {
    value: 'all',
    values: ['all', 'host_to_host'],
    what: 'which callbacks are repeated: host_to_host sends those of orders and subscriptions once (U8)',
  },
  callbackDelaysFrom: {
    value: 'previous',
    values: ['previous', 'first'],
    what: 'the attempt from which the delays between callbacks count (U8)',
  },
  callbackTimeoutMs: { value: 10_000, what: 'real time until a callback without an answer is given up (U8)' },
  callbackOfClosedOrder: {
    value: false,
    what: 'a callback with an empty `operation` tells that an order was cancelled, or ran out unpaid (U9)',
  },
  refundedOrderStatus: {
    value: 'SUCCESS',
    values: ['SUCCESS', 'PARTIAL_REFUND'],
    what: '`orderStatus` once everything was refunded (U14)',
  },
  pageReturnStatus: {
    value: 303,
    what: 'the HTTP status with which the pages send the browser back: 302 or 303 (U18)',
  },
  finalDelayMs: {
    value: 2_000,
    what: 'bank time until a payout, refund or completion is final; 0 still answers PENDING first (U19)',
  },
  balanceUnit: { value: 'kopiyky', values: ['kopiyky', 'hryvnias'], what: 'the unit of balances (U20)' },
  callbackOfLapsedHold: { value: false, what: 'a callback tells that a hold has lapsed (U9)' },
} as const satisfies Record<string, SwitchRow>;

export type SwitchName = keyof typeof SWITCHES;
type Widened<T> = T extends boolean ? boolean : T extends number ? number : string;
export type SwitchValues = { readonly [Name in SwitchName]: Widened<(typeof SWITCHES)[Name]['value']> };

const isSwitch = (name: string): name is SwitchName => Object.hasOwn(SWITCHES, name);

const DEFAULTS = Object.fromEntries(
  Object.entries(SWITCHES).map(([name, { value }]) => [name, value]),
) as unknown as SwitchValues;

/** The positions of all switches. */
export class Switches {
  private values = DEFAULTS;

  get<Name extends SwitchName>(name: Name): SwitchValues[Name] {
    return this.values[name];
  }

  all(): SwitchValues {
    return this.values;
  }

  /** @throws Error with one sentence; then nothing has changed */
  set(members: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(members)) {
      if (!isSwitch(name))
        throw new Error(`there is no switch ${name}: it is one of ${Object.keys(SWITCHES).join(', ')}`);
      const { value: usual, values }: SwitchRow = SWITCHES[name];
      const type = typeof usual;
      if (typeof value !== type) throw new Error(`${name} must be a ${type}`);
      if (typeof value === 'number' && (!Number.isSafeInteger(value) || value < 0))
        throw new Error(`${name} must be a whole number`);
      if (values && !values.includes(String(value))) throw new Error(`${name} must be one of ${values.join(', ')}`);
    }
    this.values = { ...this.values, ...members };
  }

  reset(): void {
    this.values = DEFAULTS;
  }
}
