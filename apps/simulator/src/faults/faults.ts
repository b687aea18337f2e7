import { randomUUID } from 'node:crypto';
import { type Ledger } from '../bank/ledger.js';

/** `before`: the bank never acts. `after`: the bank acts, the answer suffers. `envelope`: a refusal, no effect. */
export const FAULT_KINDS = {
  timeout_before: 'before',
  timeout_after: 'after',
  reset_before: 'before',
  reset_after: 'after',
  http_error: 'before',
  html_200: 'before',
  truncated_jwe: 'after',
  truncated_json: 'after',
  error: 'before',
  slow: 'after',
  slow_answer: 'after',
} as const satisfies Record<string, 'before' | 'after'>;

export type FaultKind = keyof typeof FAULT_KINDS;

export interface Fault {
  readonly id: string;
  readonly kind: FaultKind;
  /** Substring of the request path; absent = every call. */
  readonly path?: string;
  readonly times: number;
  readonly fired: number;
  readonly delayMs?: number;
  readonly msgCode?: string;
  readonly httpStatus?: number;
  /** Body of an `http_error` instead of the HTML page. */
  readonly text?: string;
}

const text = (value: unknown, name: string): string | undefined => {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new Error(`${name} must be a string`);
  return value;
};

const natural = (value: unknown, name: string): number | undefined => {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw new Error(`${name} must be a whole number`);
  return value;
};

const isKind = (value: unknown): value is FaultKind => typeof value === 'string' && Object.hasOwn(FAULT_KINDS, value);

const defined = <T extends object>(members: T) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

/** @throws Error with one sentence. */
export function parseFault(body: Readonly<Record<string, unknown>>): Omit<Fault, 'id' | 'fired'> {
  const { kind } = body;
  if (!isKind(kind)) throw new Error(`kind must be one of ${Object.keys(FAULT_KINDS).join(', ')}`);
  const msgCode = text(body['msgCode'], 'msgCode');
  if (kind === 'error' && msgCode === undefined) throw new Error('msgCode is required for kind error');
  const httpStatus = natural(body['httpStatus'], 'httpStatus');
  if (httpStatus !== undefined && (httpStatus < 200 || httpStatus > 599))
    throw new Error('httpStatus must be 200 to 599');
  const options = {
    path: text(body['path'], 'path'),
    delayMs: natural(body['delayMs'], 'delayMs'),
    msgCode,
    httpStatus,
  };
  return { kind, times: natural(body['times'], 'times') ?? 1, ...defined(options) };
}

/** Armed faults. Each fires a counted number of times, oldest first, one per request. */
export class Faults {
  private armed: Fault[] = [];

  constructor(private readonly ledger: Ledger) {}

  arm(fault: Omit<Fault, 'id' | 'fired'>): string {
    const id = randomUUID();
    this.armed.push({ ...fault, id, fired: 0 });
    return id;
  }

  /** The fault that hits this request, counted and written down. */
  take(path: string): Fault | undefined {
    if (this.armed.length === 0) return undefined;
    const index = this.armed.findIndex((fault) => fault.fired < fault.times && path.includes(fault.path ?? ''));
    const fault = this.armed[index];
    if (!fault) return undefined;
    const fired = { ...fault, fired: fault.fired + 1 };
    this.armed[index] = fired;
    this.ledger.append('fault.fired', { faultId: fault.id, fault: fault.kind, path });
    return fired;
  }

  list(): readonly Fault[] {
    return this.armed;
  }

  clear(): void {
    this.armed = [];
  }
}
