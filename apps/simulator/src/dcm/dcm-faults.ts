import { randomUUID } from 'node:crypto';
import { type Ledger } from '../bank/ledger.js';
import { type JsonObject } from './strict-json.js';

/** Faults that wait for their occasion; `skew_clock` and `replay_last_callback` act at once. */
export const ARMED_FAULTS = ['jwks_delay', 'jwks_fail', 'callback_delay', 'callback_fail'] as const;
export const PROMPT_FAULTS = ['skew_clock', 'replay_last_callback'] as const;

export type ArmedFaultKind = (typeof ARMED_FAULTS)[number];
export type DcmFaultKind = ArmedFaultKind | (typeof PROMPT_FAULTS)[number];

export interface DcmFault {
  readonly id: string;
  readonly kind: DcmFaultKind;
  readonly times: number;
  readonly fired: number;
  /** For the delays. */
  readonly delayMs: number;
  /** For the failures. */
  readonly httpStatus: number;
}

const whole = (body: JsonObject, name: string, fallback: number): number => {
  const value = body[name] ?? fallback;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Error(`${name} must be a whole number`);
  return value;
};

const isKind = (kind: unknown): kind is DcmFaultKind =>
  [...ARMED_FAULTS, ...PROMPT_FAULTS].includes(kind as DcmFaultKind);

/** @throws Error with one sentence. */
export function parseDcmFault(body: JsonObject): Omit<DcmFault, 'id' | 'fired'> {
  const { kind } = body;
  if (!isKind(kind)) throw new Error(`kind must be one of ${[...ARMED_FAULTS, ...PROMPT_FAULTS].join(', ')}`);
  const httpStatus = whole(body, 'httpStatus', 503);
  if (httpStatus < 200 || httpStatus > 599) throw new Error('httpStatus must be 200 to 599');
  return { kind, times: whole(body, 'times', 1), delayMs: whole(body, 'delayMs', 1_500), httpStatus };
}

/** What goes wrong at DCM on request. Each firing is counted and written down. */
export class DcmFaults {
  private faults: DcmFault[] = [];

  constructor(private readonly ledger: Ledger) {}

  arm(fault: Omit<DcmFault, 'id' | 'fired'>): DcmFault {
    const armed = { ...fault, id: randomUUID(), fired: 0 };
    this.faults.push(armed);
    return armed;
  }

  /** Counts and records one firing of a fault that acts at once. */
  record(fault: Omit<DcmFault, 'id' | 'fired'>, facts: JsonObject = {}): DcmFault {
    const fired = { ...fault, id: randomUUID(), times: 1, fired: 1 };
    this.faults.push(fired);
    this.write(fired, facts);
    return fired;
  }

  take(kind: ArmedFaultKind, facts: JsonObject = {}): DcmFault | undefined {
    const index = this.faults.findIndex((fault) => fault.kind === kind && fault.fired < fault.times);
    const fault = this.faults[index];
    if (!fault) return undefined;
    const fired = { ...fault, fired: fault.fired + 1 };
    this.faults[index] = fired;
    this.write(fired, facts);
    return fired;
  }

  list(): readonly DcmFault[] {
    return this.faults;
  }

  clear(): void {
    this.faults = [];
  }

  private write({ id, kind }: DcmFault, facts: JsonObject): void {
    this.ledger.append('fault.fired', { faultId: id, fault: `dcm.${kind}`, ...facts });
  }
}
