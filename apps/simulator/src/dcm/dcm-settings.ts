import { type JsonObject } from './strict-json.js';

/** G27: each deviation from the published text is one of these. */
export interface DcmSettings {
  /** Whose token travels in X-Session-ID in scheme BANK (G11). */
  readonly signer: 'dcm' | 'forward';
  /** What happens to a profile A token above 1200 s (G3). */
  readonly lifetime_check: 'reject' | 'warn';
  /** Milliseconds for one call of the Bank Auth Service (G14). */
  readonly callback_timeout: number;
  /** Attempts of a platform callback in total (G21). */
  readonly max_attempts: number;
  /** Whether the body of a platform callback names its kid (G18). */
  readonly callback_kid: boolean;
  /** `{"jwt": …}`, or the bare token as text (G18). */
  readonly callback_body: 'json' | 'text';
  /** Creation of identifiers in scheme DCM: at once, or by hand (section 3). */
  readonly issue_confirmation: 'auto' | 'manual';
}

export const DEFAULT_SETTINGS: DcmSettings = {
  signer: 'dcm',
  lifetime_check: 'reject',
  callback_timeout: 1_000,
  max_attempts: 10,
  callback_kid: true,
  callback_body: 'json',
  issue_confirmation: 'auto',
};

interface Rule {
  readonly isGood: (value: unknown) => boolean;
  readonly wanted: string;
}

const oneOf = (...values: readonly unknown[]): Rule => ({
  isGood: (value) => values.includes(value),
  wanted: `one of ${values.join(', ')}`,
});
const wholeBetween = (min: number, max: number): Rule => ({
  isGood: (value) => typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max,
  wanted: `a whole number from ${min} to ${max}`,
});

const RULES: Readonly<Record<keyof DcmSettings, Rule>> = {
  signer: oneOf('dcm', 'forward'),
  lifetime_check: oneOf('reject', 'warn'),
  callback_timeout: wholeBetween(1, 5_000),
  max_attempts: wholeBetween(1, 10),
  callback_kid: oneOf(true, false),
  callback_body: oneOf('json', 'text'),
  issue_confirmation: oneOf('auto', 'manual'),
};

/** The named settings change, the others stay. @throws Error with one sentence. */
export function changeSettings(settings: DcmSettings, change: JsonObject): DcmSettings {
  for (const [name, value] of Object.entries(change)) {
    const rule = Object.hasOwn(RULES, name) ? RULES[name as keyof DcmSettings] : undefined;
    if (!rule) throw new Error(`"${name}" is not a setting: there are ${Object.keys(RULES).join(', ')}`);
    if (!rule.isGood(value)) throw new Error(`${name} must be ${rule.wanted}`);
  }
  return { ...settings, ...change };
}
