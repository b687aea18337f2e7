import { Inject, Injectable } from '@nestjs/common';
import { type AuthorizationClaims } from '../token/claims.js';
import { thumbprintOfToken } from '../error/dcm-audit.js';
import { DcmError, tokenError } from '../error/dcm-error.js';
import { DcmVerifier } from '../token/dcm-verifier.js';
import { DCM_OPTIONS, type DcmOptions } from '../module/dcm.module-definition.js';

/**
 * The decision about `X-Session-ID`, apart from Nest: for the guard, and for handlers that are no controllers.
 * @example
 * const claims = await sessionTokens.admit(header); // undefined: answer 401, and nothing else
 */
@Injectable()
export class SessionTokens {
  readonly #verifier: DcmVerifier;
  readonly #issued: DcmOptions['issued'];
  readonly #audit: DcmOptions['audit'];

  constructor(@Inject(DCM_OPTIONS) { issued, audit }: DcmOptions, verifier: DcmVerifier) {
    this.#verifier = verifier;
    this.#issued = issued;
    this.#audit = audit;
  }

  /** Undefined for every refusal; why, is told to the audit alone. Never throws. */
  async admit(token: string | undefined): Promise<AuthorizationClaims | undefined> {
    try {
      return await this.#check(token);
    } catch (error) {
      const { code = 'INTERNAL', reason, member } = error instanceof DcmError ? error : {};
      this.#audit?.({ event: 'token.refused', code, reason, member, thumbprint: thumbprintOfToken(token) });
      return undefined;
    }
  }

  async #check(token: string | undefined): Promise<AuthorizationClaims> {
    const claims = await this.#verifier.authorization(token ?? '');
    if (this.#issued && !(await this.#issued.has(claims))) throw tokenError('DCM_NOT_ISSUED');
    return claims;
  }
}
