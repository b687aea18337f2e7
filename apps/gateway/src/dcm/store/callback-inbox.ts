import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type CallbackName, CALLBACKS } from '#libs/dcm';
import { Keystore, type SealPlace, type Sealed } from '#libs/keystore';
import { type DcmConfig } from '../../config/dcm-config.js';
import { newId } from '../../database/id.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { DcmCallbackRepository, type KeptCallback } from './callback.repository.js';

export interface ToldCallback {
  readonly kind: CallbackName;
  readonly subject: string;
  readonly claims: object;
}

/** The claims of callbacks between their open and their sealed form. */
@Injectable()
export class CallbackInbox {
  constructor(
    private readonly rows: DcmCallbackRepository,
    private readonly keystore: Keystore,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {}

  /** Commits before it returns. */
  async keep({ kind, subject, claims }: ToldCallback): Promise<KeptCallback> {
    const id = newId('dcb');
    const text = JSON.stringify(sorted(claims));
    const bodySealed = await this.keystore.seal(Buffer.from(text), dcmCallbackPlace(this.config.counterpartyGuid, id));
    const digest = createHash('sha256').update(text).digest();
    const asks = 'truth' in CALLBACKS[kind];
    const unsigned = CALLBACKS[kind].proof === 'none';
    return this.rows.keep({ id, kind, subject, digest, bodySealed, asks, unsigned });
  }

  async open({ id, bodySealed }: { readonly id: string; readonly bodySealed: Sealed }): Promise<object> {
    const bytes = await this.keystore.open(bodySealed, dcmCallbackPlace(this.config.counterpartyGuid, id));
    return JSON.parse(Buffer.from(bytes).toString()) as object;
  }
}

/** The order of members says nothing, and a sender may change it. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
};

/** Where the claims of a callback are sealed. */
export const dcmCallbackPlace = (counterpartyGuid: string, id: string): SealPlace => ({
  table: 'dcm_callback',
  column: 'body',
  row: id,
  accountId: counterpartyGuid,
  version: 1,
});
