import { DcmError, type DcmErrorCode } from '#libs/dcm';
import { CodedError, type ProblemTable } from '../problems/coded-error.js';

/** Problems of an operator who works with DCM. */
export type DcmProblemCode =
  | 'DCM_REFUSED'
  | 'DCM_DUPLICATE'
  | 'DCM_NOT_FOUND'
  | 'DCM_UNAUTHORIZED'
  | 'DCM_FORBIDDEN'
  | 'DCM_UNAVAILABLE'
  | 'DCM_UNKNOWN_OUTCOME'
  | 'DCM_TOKEN_REFUSED'
  | 'DCM_PATH_INCOMPLETE'
  | 'DCM_NOT_READY'
  | 'DCM_ENTRY_EXISTS'
  | 'DCM_ENTRY_NOT_FOUND'
  | 'DCM_CALLBACK_NOT_FOUND'
  | 'DCM_KEY_NOT_FOUND'
  | 'DCM_KEY_NOT_USABLE'
  | 'DCM_ROTATION_UNDER_WAY'
  | 'DCM_ROTATION_TOO_EARLY';

export const DCM_PROBLEMS: ProblemTable<DcmProblemCode> = {
  DCM_REFUSED: {
    status: 422,
    title: 'DCM refused the operation',
    remedy: 'Nothing was done. See /ops/dcm/decisions for what DCM asked us, and check the body of the operation.',
  },
  DCM_DUPLICATE: {
    outcome: 'final',
    status: 409,
    title: 'DCM has this already',
    remedy: 'Read its status: it may be your own first attempt.',
  },
  DCM_NOT_FOUND: { status: 404, title: 'DCM does not have this', remedy: 'Check the ids in the path.' },
  DCM_UNAUTHORIZED: {
    outcome: 'none',
    retry: 'later',
    status: 502,
    title: 'DCM did not accept our credential',
    remedy: 'See /ops/dcm/keys, the employee and the counterparty in the configuration.',
  },
  DCM_FORBIDDEN: { status: 403, title: 'The employee lacks a role at DCM', remedy: 'Have DCM give the role.' },
  DCM_UNAVAILABLE: {
    outcome: 'none',
    retry: 'later',
    status: 503,
    title: 'DCM cannot be reached',
    remedy: 'Nothing was started. Try again later; check the log-in of the employee when it persists.',
  },
  DCM_UNKNOWN_OUTCOME: {
    retry: 'never',
    status: 502,
    title: 'DCM did not answer',
    remedy: 'It may have worked: look at DCM before you repeat it.',
  },
  DCM_TOKEN_REFUSED: {
    status: 422,
    title: 'No token can be made of this',
    remedy: 'DCM would refuse it, too: check "flow", "obj" and "sub".',
  },
  DCM_PATH_INCOMPLETE: {
    status: 400,
    title: 'The path of the operation is incomplete',
    remedy: 'Give the names in "errors" as members of "path".',
  },
  DCM_NOT_READY: {
    retry: 'later',
    status: 409,
    title: 'DCM cannot be used yet',
    remedy: 'See /ops/dcm/keys for the key, and the configuration of the employee.',
  },
  DCM_ENTRY_EXISTS: {
    outcome: 'final',
    status: 409,
    title: 'There is one already',
    remedy: 'Subjects, logins, external ids and rules are unique: read the list.',
  },
  DCM_ENTRY_NOT_FOUND: { status: 404, title: 'No such subject, object, rule or receiver', remedy: 'Read the list.' },
  DCM_CALLBACK_NOT_FOUND: { status: 404, title: 'No such callback of DCM', remedy: 'Read the list.' },
  DCM_KEY_NOT_FOUND: { status: 404, title: 'No such signing key in use', remedy: 'See /ops/dcm/keys.' },
  DCM_KEY_NOT_USABLE: {
    outcome: 'none',
    retry: 'later',
    status: 502,
    title: 'DCM does not take the key',
    remedy: 'The key before it goes on signing. See the last error at /ops/dcm/keys and rotate again.',
  },
  DCM_ROTATION_UNDER_WAY: {
    retry: 'later',
    status: 409,
    title: 'The keys are being changed',
    remedy: 'See /ops/dcm/keys; a rotation that was interrupted goes on by itself.',
  },
  DCM_ROTATION_TOO_EARLY: {
    retry: 'later',
    status: 409,
    title: 'The last rotation is not over',
    remedy: 'Wait for the hour in which old tokens may be under way. If a key is compromised, replace it instead.',
  },
};

/** What an operator asked of DCM, or of our side of it, cannot be done. */
export class DcmProblem extends CodedError<DcmProblemCode> {
  override readonly name = 'DcmProblem';

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
