import { type KeyObject, randomUUID, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { type AuthorizationClaims, LIMITS, type OrderClaims } from './claims.js';
import { DcmError, tokenError } from '../error/dcm-error.js';
import { DCM_OPTIONS, type DcmOptions } from '../module/dcm.module-definition.js';
import { type IssuedTokens } from './issued-tokens.js';
import { isKid, isStrong } from '../key/rsa-jwk.js';
import { type SigningKeys } from '../key/signing-keys.js';
import { checkClaims, type Profile, PROFILES } from './token-profiles.js';

/** Takes about 0.5 ms: on a thread of its own. */
const signAside = promisify(sign) as unknown as (alg: 'sha256', data: Buffer, key: KeyObject) => Promise<Buffer>;

/** What an authorization token is to say. */
export interface NewAuthorization extends Pick<AuthorizationClaims, 'flow' | 'obj' | 'sub'> {
  /** 300 where absent, at most 1200. */
  readonly lifetimeSeconds?: number;
}

/** `exp` is the order's deadline in Unix seconds; `iat` is filled in. */
export type NewOrder = Omit<OrderClaims, 'iat'>;

/**
 * Makes tokens with our current key; `iat` is always now. What the other side would refuse is refused here, with the
 * same code. Every method throws DcmError.
 * @example
 * const token = await tokens.authorization({ flow: 'sign-in', obj: 'cust-000042', sub: 'operator@bank.example' });
 * (await verifier.authorization(token)).obj; // => 'cust-000042'
 */
@Injectable()
export class DcmTokens {
  readonly #keys: SigningKeys;
  readonly #clock: () => Date;
  readonly #issued: IssuedTokens | undefined;

  constructor(@Inject(DCM_OPTIONS) { keys, clock, issued }: Pick<DcmOptions, 'keys' | 'clock' | 'issued'>) {
    this.#keys = keys;
    this.#clock = clock ?? (() => new Date());
    this.#issued = issued;
  }

  /** Profile A, for scheme BANK. May be used for a dry run and the real call. */
  async authorization({ flow, obj, sub, lifetimeSeconds }: NewAuthorization): Promise<string> {
    const iat = this.#now();
    const exp = iat + (lifetimeSeconds ?? LIMITS.defaultLifetimeSeconds);
    const token = await this.#checkAndSign({ flow, obj, sub, iat, exp }, PROFILES.authorization);
    await this.#issued?.record({ flow, obj, sub }, new Date((exp + LIMITS.skewSeconds) * 1000));
    return token;
  }

  /** Profile B: one for each attempt of a call, never one for two. */
  request(): Promise<string> {
    return this.#checkAndSign({ iat: this.#now(), jti: randomUUID() }, PROFILES.request);
  }

  /** Profile C. Members go out as they are: keep `jti` and external id when you repeat a message. */
  payload(claims: object): Promise<string> {
    return this.#checkAndSign(claims, PROFILES.payload);
  }

  /** Profile D: a merchant's order, with the merchant's key. At most 180 days long. */
  async order(order: NewOrder): Promise<string> {
    const claims = { ...order, iat: this.#now() };
    if (claims.exp - claims.iat > LIMITS.orderMaxLifetimeSeconds) throw tokenError('DCM_LIFETIME_TOO_LONG');
    return this.#checkAndSign(claims, PROFILES.order);
  }

  async #checkAndSign(claims: object, profile: Profile): Promise<string> {
    checkClaims({ ...claims }, profile, this.#now());
    const { kid, privateKey } = await this.#keys.current();
    assertSigningKey(kid, privateKey);
    const signed = `${encode({ alg: 'RS256', kid, typ: 'JWT' })}.${encode(claims)}`;
    const signature = await signAside('sha256', Buffer.from(signed), privateKey);
    const token = `${signed}.${signature.toString('base64url')}`;
    if (token.length > profile.maxBytes) throw tokenError('DCM_MALFORMED', { reason: 'too_large' });
    return token;
  }

  #now(): number {
    return Math.floor(this.#clock().getTime() / 1000);
  }
}

const encode = (members: object): string => Buffer.from(JSON.stringify(members)).toString('base64url');

function assertSigningKey(kid: string, key: KeyObject): void {
  if (isKid(kid) && key.type === 'private' && isStrong(key)) return;
  throw new DcmError('DCM_INVALID_KEY', 'The signing key is not private RSA of 2048 to 8192 bits with a kid', {
    noEffect: true,
  });
}
