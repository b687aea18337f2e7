import { generateKeyPairSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AllianceError, CommunicationKey, isPublishedExampleKey, type PublicJwk } from '#libs/alliance';
import { AccountError } from '../../accounts/account-error.js';
import { ClientKeyRepository, type ClientKeySummary } from './client-key.repository.js';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';

/** The public half of a key, to hand to the bank. */
export interface PublicClientKey {
  readonly id: string;
  readonly publicKey: PublicJwk;
}

/** The communication keys of merchant accounts. Private halves go in or are made here; they never come out. */
@Injectable()
export class ClientKeysService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly keys: ClientKeyRepository,
  ) {}

  list(accountId: string): Promise<ClientKeySummary[]> {
    return this.keys.list(accountId);
  }

  /** Makes a pair inside the keystore. @returns only the public half */
  generate(accountId: string): Promise<PublicClientKey> {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    return this.add(accountId, privateKey.export({ format: 'jwk' }));
  }

  /**
   * Takes in a private JWK. @returns its public half
   * @throws AccountError `CLIENT_KEY_INVALID` naming the member, `ACCOUNT_NOT_FOUND`
   */
  async add(accountId: string, jwk: object): Promise<PublicClientKey> {
    const { environment } = await this.accounts.summary(accountId);
    const key = await readClientKey(jwk, environment);
    const id = `ck_${key.thumbprint}`; // a bare thumbprint may begin with "-", which a command line takes for an option
    await this.keys.add(accountId, id, JSON.stringify(jwk));
    this.accounts.forget(accountId);
    return { id, publicKey: key.publicJwk() };
  }

  /** From now on the bank is taken to use this key; the one before it still opens. @throws AccountError `CLIENT_KEY_NOT_FOUND` */
  async activate(accountId: string, id: string): Promise<void> {
    if (!(await this.keys.activate(accountId, id))) throw notFound(id);
    this.accounts.forget(accountId);
  }

  /** @throws AccountError `CLIENT_KEY_NOT_FOUND` unless it is on standby */
  async retire(accountId: string, id: string): Promise<void> {
    if (!(await this.keys.retire(accountId, id))) throw notFound(`${id} on standby`);
    this.accounts.forget(accountId);
  }
}

const notFound = (what: string): AccountError =>
  new AccountError('CLIENT_KEY_NOT_FOUND', `there is no client key ${what}`);

/** @throws AccountError `CLIENT_KEY_INVALID` naming the member */
export async function readClientKey(jwk: object, environment: 'test' | 'live'): Promise<CommunicationKey> {
  const key = await CommunicationKey.import(jwk).catch((error: unknown) => {
    throw error instanceof AllianceError ? new AccountError('CLIENT_KEY_INVALID', error.message) : error;
  });
  if (environment === 'live' && isPublishedExampleKey(key)) {
    throw new AccountError(
      'CLIENT_KEY_INVALID',
      'it is an example printed in public documents: make a pair of your own',
    );
  }
  return key;
}
