import { type LedgerEntry } from '../bank/ledger.js';

export interface Step {
  readonly text: string;
  /** Said by the bank, or by DCM at the end. */
  readonly ok?: boolean;
}

const member = (entry: LedgerEntry, name: string): string => {
  const value = entry[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

const opening = (operation: LedgerEntry): Step => {
  const [sub, kid] = [member(operation, 'sub'), member(operation, 'kid')];
  if (operation['scheme'] === 'platform')
    return { text: `The bank sent a request token and a signed payload, key ${kid}. DCM verified both.` };
  return operation['scheme'] === 'bank'
    ? { text: `The bank sent its own token for ${sub}, key ${kid}. DCM verified it with the registered key.` }
    : { text: `${sub} called with an employee session. DCM checked the session and the roles.` };
};

const made = (callback: LedgerEntry): Step => {
  const [flow, obj, kid] = [member(callback, 'flow'), member(callback, 'obj'), member(callback, 'kid')];
  return callback['signer'] === 'bank'
    ? { text: `DCM passes the bank's token on: flow ${flow}, obj ${obj}, key ${kid}.` }
    : { text: `DCM signed a token: flow ${flow}, obj ${obj}, its key ${kid}.` };
};

const told = (callback: LedgerEntry): Step => {
  const status = Number(callback['httpStatus'] ?? 0);
  const sent = `DCM sent the ${member(callback, 'callback')} callback, attempt ${member(callback, 'attempt')}`;
  return { text: `${sent}: ${status === 0 ? 'no answer' : status}.`, ok: status >= 200 && status < 300 };
};

const asked = (callback: LedgerEntry): Step => {
  if (callback['callback'] !== undefined) return told(callback);
  const { problem, replay } = callback;
  const call = `DCM asked the bank ${replay === true ? 'again ' : ''}GET /${member(callback, 'call')}`;
  const took = `${member(callback, 'durationMs')} ms`;
  return typeof problem === 'string'
    ? { text: `${call}: ${problem} (${took}).`, ok: false }
    : { text: `${call}: 200 in ${took}, granted.`, ok: true };
};

const END: Readonly<Record<string, string>> = {
  done: 'DCM carried it out and answered 200.',
  declined: 'Declined, nothing was created',
  forbidden: 'The roles do not allow it, nothing was created',
};

const closing = (operation: LedgerEntry): Step => {
  const text = END[member(operation, 'outcome')] ?? 'Over';
  const error = member(operation, 'error');
  if (error === '') return { text, ok: true };
  return { text: `${text}: ${member(operation, 'httpStatus')}, ${error}`, ok: false };
};

/** One operation as a person would tell it. `callbacks` are those of the same operation. */
export function operationSteps(operation: LedgerEntry, callbacks: readonly LedgerEntry[]): readonly Step[] {
  const own = callbacks.filter(({ operationId }) => operationId === operation['operationId']);
  const [first] = own;
  const before = own.filter(({ seq }) => seq < operation.seq);
  const after = own.filter(({ seq }) => seq > operation.seq);
  return [
    opening(operation),
    ...(first?.['call'] === undefined ? [] : [made(first)]),
    ...before.map(asked),
    closing(operation),
    ...after.map(asked),
  ];
}
