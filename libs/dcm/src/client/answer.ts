import { type z } from 'zod';
import { type BankAuthCall, DcmError, type DcmErrorCode } from '../error/dcm-error.js';
import { type DcmAnswer, unknownOutcome } from './dcm-transport.js';
import { type JsonObject, parseJsonObject } from '../token/strict-json.js';

type Method = 'GET' | 'POST' | 'PUT';

const CODE_OF_STATUS: Readonly<Record<number, DcmErrorCode>> = {
  401: 'DCM_UNAUTHORIZED',
  403: 'DCM_FORBIDDEN',
  404: 'DCM_NOT_FOUND',
  429: 'DCM_UNAVAILABLE',
};

/** @throws DcmError `DCM_UNKNOWN_OUTCOME` where a success cannot be read */
export function readAnswer<T>({ body }: DcmAnswer, wire: z.ZodType<T>, method: Method = 'GET'): T {
  const json = readJson(body);
  if (!json) throw unknownOutcome('not_json', method === 'GET');
  const parsed = wire.safeParse(json);
  if (!parsed.success) throw unknownOutcome('schema_mismatch', method === 'GET');
  return parsed.data;
}

/**
 * Which of our own answers DCM did not like, in the style of its published texts: `user_auth: response status code is
 * not 200 but 404`. Of the text, which is free prose, nothing but these words is taken.
 */
const FAILED_CALLBACK =
  /(?:^|[\s"/])(user_auth|external_id|key): ?(?:.{0,200}?\bnot 200 but (\d{3})\b|(\w{1,40}) is missing)?/;

/** By HTTP status and code: DCM's texts are free prose and leak internals. */
export function toRefusal({ status, body }: DcmAnswer, method: Method): DcmError {
  const json = readJson(body) ?? {};
  const paymentMessageGuid = readWord(json, 'payment_message_guid');
  const failed = readFailedCallback(json);
  const details = { httpStatus: status, reason: `http_${status}`, dcmCode: readWord(json, 'code'), ...failed };
  if (status === 400 && paymentMessageGuid !== undefined) {
    return new DcmError('DCM_DUPLICATE', 'DCM already has this payment message', { ...details, paymentMessageGuid });
  }
  const refused = status >= 400 && status < 500;
  const code = CODE_OF_STATUS[status] ?? (refused ? 'DCM_REFUSED' : 'DCM_UNKNOWN_OUTCOME');
  const about = failed ? `: our answer to ${failed.callback} failed${toldAbout(failed)}` : '';
  return new DcmError(code, `DCM answered HTTP ${status}${about}`, {
    ...details,
    noEffect: refused || method === 'GET',
  });
}

interface FailedCallback {
  readonly callback: BankAuthCall;
  readonly callbackStatus: number | undefined;
  /** What our answer lacked. */
  readonly member: string | undefined;
}

function readFailedCallback({ error }: JsonObject): FailedCallback | undefined {
  const [, callback, status, member] = FAILED_CALLBACK.exec(typeof error === 'string' ? error : '') ?? [];
  if (callback === undefined) return undefined;
  return { callback: callback as BankAuthCall, callbackStatus: status ? Number(status) : undefined, member };
}

function toldAbout({ callbackStatus, member }: FailedCallback): string {
  if (callbackStatus !== undefined) return ` with HTTP ${callbackStatus}`;
  return member === undefined ? '' : `, ${member} is missing in it`;
}

function readWord(json: JsonObject, member: string): string | undefined {
  const word = json[member];
  return typeof word === 'string' && /^[\w-]{1,64}$/.test(word) ? word : undefined;
}

function readJson(body: Uint8Array): JsonObject | undefined {
  try {
    return parseJsonObject(body);
  } catch {
    return undefined;
  }
}
