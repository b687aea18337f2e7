import { type z } from 'zod';
import { DcmError, type DcmErrorCode } from '../error/dcm-error.js';
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

/** By HTTP status and code alone: DCM's texts are free prose and leak internals. */
export function toRefusal({ status, body }: DcmAnswer, method: Method): DcmError {
  const json = readJson(body) ?? {};
  const paymentMessageGuid = readWord(json, 'payment_message_guid');
  const details = { httpStatus: status, reason: `http_${status}`, dcmCode: readWord(json, 'code') };
  if (status === 400 && paymentMessageGuid !== undefined) {
    return new DcmError('DCM_DUPLICATE', 'DCM already has this payment message', { ...details, paymentMessageGuid });
  }
  const refused = status >= 400 && status < 500;
  const code = CODE_OF_STATUS[status] ?? (refused ? 'DCM_REFUSED' : 'DCM_UNKNOWN_OUTCOME');
  return new DcmError(code, `DCM answered HTTP ${status}`, { ...details, noEffect: refused || method === 'GET' });
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
