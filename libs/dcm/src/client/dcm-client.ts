import { Inject, Injectable } from '@nestjs/common';
import { readAnswer, toRefusal } from './answer.js';
import { type Credential } from './credential.js';
import { DcmError } from '../error/dcm-error.js';
import { DcmTokens } from '../token/dcm-tokens.js';
import { DcmTransport } from './dcm-transport.js';
import { DCM_OPTIONS, type DcmOptions } from '../module/dcm.module-definition.js';
import { type CallArguments, OperationCaller } from './operation-caller.js';
import { type AnswerOf, AUTHENTICATE, type OperationId } from './operations.js';
import { readRsaPublicJwk, type RsaPublicJwk, thumbprintOf } from '../key/rsa-jwk.js';
import { InMemorySigningKeys, type SigningKey } from '../key/signing-keys.js';

/** One of our public keys as DCM holds it. Records are replaced, never removed. */
export interface RegisteredKey {
  readonly guid: string;
  /** Undefined where the record holds something that no token can be verified with. */
  readonly jwk: RsaPublicJwk | undefined;
  readonly updatedAt: Date | undefined;
}

const NOT_ACCEPTED = new Set([400, 401]);

/**
 * DCM from a bank's or a merchant's side. Every method throws DcmError.
 * @example
 * const guid = await dcm.createKey(signingKey.publicJwk);
 * const order = await dcm.call('order-status', undefined, { query: { order_id: 'o-42' } });
 */
@Injectable()
export class DcmClient {
  readonly #options: DcmOptions;
  readonly #defaultCredential: Credential;
  readonly #transport: DcmTransport;
  readonly #caller: OperationCaller;

  constructor(@Inject(DCM_OPTIONS) options: DcmOptions, transport: DcmTransport, caller: OperationCaller) {
    const { employee, counterpartyGuid } = options;
    this.#options = options;
    const technical = { flow: 'sign-in', obj: counterpartyGuid, sub: counterpartyGuid } as const;
    this.#defaultCredential = employee ? { scheme: 'dcm' } : { scheme: 'bank', ...technical };
    this.#transport = transport;
    this.#caller = caller;
  }

  /**
   * Calls an operation of the table. A 401 leads to one fresh token or log-in and one repeat; a 403 is final. Only
   * idempotent operations are tried again after 429, 5xx or a lost answer.
   * @throws TypeError where the operation's path or scheme is not filled in
   */
  call<Id extends OperationId>(id: Id, body: object | undefined, ...options: CallArguments<Id>): Promise<AnswerOf<Id>> {
    return this.#caller.call(id, body, ...options);
  }

  /**
   * The dry run: whether DCM would accept this token now. Starts nothing; the same token may then go on a call.
   * @throws DcmError where DCM answered neither yes nor no
   */
  async authenticate(token: string): Promise<boolean> {
    const url = this.#caller.buildUrl(AUTHENTICATE.path);
    const headers = { 'CX-Authorization': token, Accept: 'application/json' };
    const answer = await this.#transport.send({ method: 'POST', url, headers });
    if (NOT_ACCEPTED.has(answer.status)) return false;
    if (answer.status !== 200) throw toRefusal(answer, 'GET');
    readAnswer(answer, AUTHENTICATE.wire);
    return true;
  }

  /**
   * Registers a public key and reads it back. The credential is the employee's where there is one, else our own token.
   * @returns the guid of the record
   * @throws DcmError `DCM_INVALID_KEY`, before anything is sent, for a private member too
   */
  async createKey(jwk: RsaPublicJwk, credential: Credential = this.#defaultCredential): Promise<string> {
    const data = readRsaPublicJwk(jwk);
    const { guid } = await this.call('jwk-create', { data }, credential);
    await this.#assertStored(guid, data, credential);
    return guid;
  }

  async listKeys(credential: Credential = this.#defaultCredential): Promise<readonly RegisteredKey[]> {
    const { keys } = await this.call('jwk-list', undefined, credential);
    return keys.map(({ guid, data, updated_at }) => ({ guid, jwk: tryReadJwk(data), updatedAt: readDate(updated_at) }));
  }

  /**
   * Replaces a record; the key that was in it stops verifying at once. Reads back and throws as `createKey`: in scheme
   * BANK with a token of the new key, for the one that signs may be the one just replaced. Give the new key with its
   * private half, or have it among the keys of the options.
   */
  async updateKey(
    guid: string,
    key: RsaPublicJwk | SigningKey,
    credential: Credential = this.#defaultCredential,
  ): Promise<void> {
    const data = readRsaPublicJwk('publicJwk' in key ? key.publicJwk : key);
    const after = await this.#credentialOf('publicJwk' in key ? key : data, credential);
    try {
      await this.call('jwk-update', { data }, { ...credential, path: { jwk_guid: guid } });
    } catch (error) {
      // Where an answer was lost, the repeat came with a token of the key that the first attempt had replaced.
      const mayBeDone = error instanceof DcmError && error.code === 'DCM_UNAUTHORIZED' && after !== credential;
      if (!mayBeDone) throw error;
    }
    await this.#assertStored(guid, data, after);
  }

  /** Scheme BANK with a token of this key, where we have its private half. */
  async #credentialOf(key: RsaPublicJwk | SigningKey, credential: Credential): Promise<Credential> {
    if (credential.scheme !== 'bank') return credential;
    const held = 'publicJwk' in key ? key : (await this.#options.keys.all()).find(({ kid }) => kid === key.kid);
    if (!held) return credential;
    const { clock } = this.#options;
    const tokens = new DcmTokens({ keys: new InMemorySigningKeys(held), ...(clock && { clock }) });
    return { ...credential, token: await tokens.authorization(credential) };
  }

  async #assertStored(guid: string, sent: RsaPublicJwk, credential: Credential): Promise<void> {
    const stored = (await this.listKeys(credential)).find((record) => record.guid === guid)?.jwk;
    if (stored?.kid === sent.kid && thumbprintOf(stored) === thumbprintOf(sent)) return;
    throw new DcmError('DCM_INVALID_KEY', 'DCM holds another key than the one sent', { reason: 'stored_differently' });
  }
}

function tryReadJwk(data: unknown): RsaPublicJwk | undefined {
  try {
    return readRsaPublicJwk(data);
  } catch {
    return undefined;
  }
}

function readDate(text: string | undefined): Date | undefined {
  const date = new Date(text ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
