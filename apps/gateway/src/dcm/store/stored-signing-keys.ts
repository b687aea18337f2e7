import { createPrivateKey } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DcmError, generateSigningKey, importSigningKey, type SigningKey, SigningKeys } from '#libs/dcm';
import { Keystore, type SealPlace } from '#libs/keystore';
import { type DcmConfig } from '../../config/dcm-config.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { type KeyStatus, type Slot } from '../domain/key-lifecycle.js';
import { type DcmSigningKeyEntity } from './dcm-signing-key.entity.js';
import { SigningKeyRepository } from './signing-key.repository.js';

/** Tokens of these are, or may be, under way. */
const ALIVE: readonly KeyStatus[] = ['published', 'signing', 'retiring'];
/** Another process may sign with the key before the current one for this long; DCM still takes that key. Milliseconds. */
const CACHE_MS = 1_000;

/** Our key pairs in Postgres. Private halves are sealed there and KeyObjects here; they leave as neither. */
@Injectable()
export class StoredSigningKeys extends SigningKeys {
  private readonly opened = new Map<string, SigningKey>();
  private cached: { readonly rows: Promise<DcmSigningKeyEntity[]>; readonly until: number } | undefined;

  constructor(
    private readonly keys: SigningKeyRepository,
    private readonly keystore: Keystore,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {
    super();
  }

  override async current(): Promise<SigningKey> {
    const row = (await this.rows()).find(({ status }) => status === 'signing');
    if (row) return this.open(row);
    const message = 'No key signs yet: see the state of the keys';
    throw new DcmError('DCM_CONFIGURATION', message, { reason: 'no_signing_key', member: 'keys', noEffect: true });
  }

  override async all(): Promise<readonly SigningKey[]> {
    const rows = (await this.rows()).filter(({ status }) => ALIVE.includes(status));
    return Promise.all(rows.map((row) => this.open(row)));
  }

  /** Public halves of the keys whose tokens may be under way. */
  async publicJwks(): Promise<readonly Readonly<Record<string, string>>[]> {
    return (await this.rows()).filter(({ status }) => ALIVE.includes(status)).map(({ publicJwk }) => publicJwk);
  }

  /** To be called when a key of ours has moved. */
  forget(): void {
    this.cached = undefined;
  }

  /** Makes a pair and keeps it, before DCM hears of it. @returns undefined when a key is on its way in already */
  async stage(slot: Slot): Promise<string | undefined> {
    const { kid: id, privateKey, publicJwk } = await generateSigningKey(this.config.kidPrefix);
    const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
    const privateSealed = await this.keystore.seal(pkcs8, signingKeyPlace(this.config.counterpartyGuid, id));
    pkcs8.fill(0);
    const isStaged = await this.keys.stage({ id, slot, privateSealed, publicJwk: { ...publicJwk } });
    this.forget();
    return isStaged ? id : undefined;
  }

  async open({ id, privateSealed }: DcmSigningKeyEntity): Promise<SigningKey> {
    const known = this.opened.get(id);
    if (known) return known;
    if (privateSealed === null) throw new TypeError(`key ${id} is retired`);
    const pkcs8 = await this.keystore.open(privateSealed, signingKeyPlace(this.config.counterpartyGuid, id));
    const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    pkcs8.fill(0);
    const key = importSigningKey(privateKey, this.config.kidPrefix);
    const named = { ...key, kid: id, publicJwk: { ...key.publicJwk, kid: id } };
    this.opened.set(id, named);
    return named;
  }

  private rows(): Promise<DcmSigningKeyEntity[]> {
    if (this.cached && this.cached.until > performance.now()) return this.cached.rows;
    const rows = this.load();
    rows.catch(() => {
      this.forget();
    });
    this.cached = { rows, until: performance.now() + CACHE_MS };
    return rows;
  }

  /** Retired keys leave the memory, too. */
  private async load(): Promise<DcmSigningKeyEntity[]> {
    const rows = await this.keys.list();
    for (const { id, status } of rows) if (status === 'retired') this.opened.delete(id);
    return rows;
  }
}

/** Where a private key is sealed. */
export const signingKeyPlace = (counterpartyGuid: string, id: string): SealPlace => ({
  table: 'dcm_signing_key',
  column: 'private',
  row: id,
  accountId: counterpartyGuid,
  version: 1,
});
