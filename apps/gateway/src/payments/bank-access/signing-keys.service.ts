import { type JsonWebKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AllianceError, SigningKey } from '#libs/alliance';
import { AccountError } from '../../accounts/account-error.js';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { SigningKeyRepository } from './signing-key.repository.js';

/** The public half of a signing key, as the bank knows it. */
export interface PublicSigningKey {
  /** The bank's id of it. */
  readonly id: string;
  readonly algorithm: string;
  /** SPKI PEM. */
  readonly publicKey: string;
}

/** Keys that requests of Authorization 2.0 are signed with. Private halves go in, and never come out. */
@Injectable()
export class SigningKeysService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly keys: SigningKeyRepository,
  ) {}

  /**
   * Takes in a private key, in the place of the one before.
   * @throws AccountError `SIGNING_KEY_INVALID` | `ACCOUNT_NOT_FOUND`
   */
  async use(accountId: string, { id, jwk }: { readonly id: string; readonly jwk: object }): Promise<PublicSigningKey> {
    await this.accounts.summary(accountId);
    const key = read(id, jwk);
    await this.keys.use(accountId, id, JSON.stringify(jwk));
    this.accounts.forget(accountId);
    return { id, algorithm: key.alg, publicKey: key.publicPem() };
  }

  isThere(accountId: string): Promise<boolean> {
    return this.keys.isThere(accountId);
  }
}

function read(kid: string, jwk: object): SigningKey {
  try {
    return SigningKey.import(jwk as JsonWebKey, { kid });
  } catch (error) {
    throw error instanceof AllianceError ? new AccountError('SIGNING_KEY_INVALID', error.message) : error;
  }
}
