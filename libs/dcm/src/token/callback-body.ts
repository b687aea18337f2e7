import { tokenError } from '../error/dcm-error.js';
import { parseJsonObject } from './strict-json.js';

/** A callback as it arrived. Source: platform guide, "Callbacks". */
export interface SignedCallback {
  /** `CX-Authorization`, profile B. */
  readonly requestToken: string;
  readonly contentType: string;
  /** Raw: `{"jwt":"…"}` for JSON, the bare token for `text/*`. */
  readonly body: Uint8Array;
}

/** Bytes. `{"jwt":"…"}` around the largest payload token. */
const MAX_BODY = 64 * 1024 + 1024;

/** @throws DcmError `DCM_MALFORMED` */
export function readCallbackToken({ contentType, body }: SignedCallback): string {
  if (body.length > MAX_BODY) throw tokenError('DCM_MALFORMED', { reason: 'too_large' });
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json') return readJwtMember(body);
  if (type.startsWith('text/') || type === 'application/jwt') return Buffer.from(body).toString('latin1');
  throw tokenError('DCM_MALFORMED', { reason: 'content_type' });
}

function readJwtMember(body: Uint8Array): string {
  let jwt: unknown;
  try {
    ({ jwt } = parseJsonObject(body));
  } catch {
    throw tokenError('DCM_MALFORMED', { reason: 'not_json' });
  }
  if (typeof jwt !== 'string') throw tokenError('DCM_MALFORMED', { reason: 'jwt_missing' });
  return jwt;
}
