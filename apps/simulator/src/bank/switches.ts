/** Where the bank's documents leave something open, one switch each; the default follows the protocol reference. */
export const SWITCHES = {
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
  encryptBusinessErrors: { value: true, what: 'a business error of a JWE call is encrypted like its answer (U3)' },
  signedCallbackOfJwe: {
    value: false,
    what: 'a signed callback that `notificationEncryption` asks for carries the JWE text (U7)',
  },
  allowUnlistedClients: {
    value: true,
    what: 'false answers every API call 403 with an HTML page, as to an address that is not listed (U30)',
  },
  enforceLimits: { value: false, what: 'amounts and counts over section l fail with `1`/`21` and `1`/`23`' },
  cardholderCheck: { value: 'on', what: 'the card-to-tax-id check: on, disabled, unavailable, hub_401 (section h.6)' },
  recurringRetries: { value: 3, what: 'how often a failed scheduled payment is tried again (U21)' },
  recurringRetryHours: { value: 24, what: 'hours of bank time between two tries (U21)' },
  callbackOfLapsedHold: { value: false, what: 'a callback tells that a hold has lapsed (U9)' },
} as const satisfies Record<string, { readonly value: string | number | boolean; readonly what: string }>;

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
      const type = typeof SWITCHES[name].value;
      if (typeof value !== type) throw new Error(`${name} must be a ${type}`);
      if (typeof value === 'number' && (!Number.isSafeInteger(value) || value < 0))
        throw new Error(`${name} must be a whole number`);
    }
    this.values = { ...this.values, ...members };
  }

  reset(): void {
    this.values = DEFAULTS;
  }
}
