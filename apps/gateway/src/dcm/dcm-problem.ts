import { DcmError, type DcmErrorCode } from '#libs/dcm';
import { HttpProblem } from '../http/http-problem.js';
import { type DcmProblemCode } from '../http/problem-catalogue.js';

/** What an operator asked of DCM, or of our side of it, cannot be done. */
export class DcmProblem extends HttpProblem {
  declare readonly code: DcmProblemCode;

  /** Errors of libs/dcm under the gateway's codes; anything else stays what it is. */
  static from(error: unknown): unknown {
    if (!(error instanceof DcmError)) return error;
    const words = [error.message, error.dcmCode].filter((word) => word !== undefined).join(', ');
    return new DcmProblem(CODES[error.code] ?? 'DCM_TOKEN_REFUSED', `${words}.`);
  }
}

/** Codes of calls. The others tell why a token could not be made. */
const CODES: Readonly<Partial<Record<DcmErrorCode, DcmProblemCode>>> = {
  DCM_REFUSED: 'DCM_REFUSED',
  DCM_DUPLICATE: 'DCM_DUPLICATE',
  DCM_NOT_FOUND: 'DCM_NOT_FOUND',
  DCM_UNAUTHORIZED: 'DCM_UNAUTHORIZED',
  DCM_FORBIDDEN: 'DCM_FORBIDDEN',
  DCM_LOGIN_FAILED: 'DCM_UNAVAILABLE',
  DCM_UNAVAILABLE: 'DCM_UNAVAILABLE',
  DCM_UNKNOWN_OUTCOME: 'DCM_UNKNOWN_OUTCOME',
  DCM_INVALID_KEY: 'DCM_KEY_NOT_USABLE',
  DCM_CONFIGURATION: 'DCM_NOT_READY',
};
