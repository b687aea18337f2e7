import { randomUUID } from 'node:crypto';
import { APPROVED, type ResultCodes } from './cards.js';
import { type Ledger } from './ledger.js';
import { type Operation } from './operation.js';
import { OPERATION_TYPES, type OperationType } from './operation-types.js';

/** How the next operations of one type end, instead of by card and kopiyky. */
export interface Script {
  readonly id: string;
  readonly type: OperationType;
  readonly result: ResultCodes;
  /** Bank time from PENDING to the end; 0 = the answer shows the end already; absent = as ever. */
  readonly delayMs?: number;
  readonly times: number;
  readonly used: number;
}

export type ScriptRequest = Omit<Script, 'id' | 'used'>;

const isType = (value: unknown): value is OperationType =>
  typeof value === 'string' && Object.hasOwn(OPERATION_TYPES, value);

const text = (value: unknown, fallback: string, name: string): string => {
  if (value === undefined) return fallback;
  if (typeof value !== 'string') throw new Error(`${name} must be a string`);
  return value;
};

const natural = (value: unknown, name: string): number | undefined => {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Error(`${name} must be a whole number`);
  return value;
};

/** @throws Error with one sentence. */
export function parseScript(body: Readonly<Record<string, unknown>>): ScriptRequest {
  const { type } = body;
  if (!isType(type)) throw new Error(`type must be one of ${Object.keys(OPERATION_TYPES).join(', ')}`);
  const delayMs = natural(body['delayMs'], 'delayMs');
  return {
    type,
    result: {
      actionCode: text(body['actionCode'], APPROVED.actionCode, 'actionCode'),
      responseCode: text(body['responseCode'], APPROVED.responseCode, 'responseCode'),
      description: text(body['description'], APPROVED.description, 'description'),
    },
    times: natural(body['times'], 'times') ?? 1,
    ...(delayMs !== undefined && { delayMs }),
  };
}

/** Scripts in the order in which they were set; one operation takes one use of the oldest that fits. */
export class Scripts {
  private list: Script[] = [];

  constructor(private readonly ledger: Ledger) {}

  add(request: ScriptRequest): string {
    const id = randomUUID();
    this.list.push({ ...request, id, used: 0 });
    return id;
  }

  take({ type, operationId }: Pick<Operation, 'type' | 'operationId'>): Script | undefined {
    const index = this.list.findIndex((script) => script.type === type && script.used < script.times);
    const script = this.list[index];
    if (!script) return undefined;
    this.list[index] = { ...script, used: script.used + 1 };
    this.ledger.append('script.used', { scriptId: script.id, type, operationId });
    return script;
  }

  all(): readonly Script[] {
    return this.list;
  }

  clear(): void {
    this.list = [];
  }
}
