import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { Keystore, type Sealed, type SealPlace } from '#libs/keystore';

export interface ObjectProfile {
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
}

const KEY_BYTES = 32;

/** The secret and the personal data of an object, between their sealed and their open form. */
@Injectable()
export class ObjectSecrets {
  constructor(private readonly keystore: Keystore) {}

  /** A new secret. It is never replaced: DCM refuses a customer whose secret has changed. */
  sealNewKey(counterpartyGuid: string, id: string): Promise<Sealed> {
    const key = randomBytes(KEY_BYTES).toString('base64url');
    return this.keystore.seal(Buffer.from(key), objectPlace(counterpartyGuid, id, 'key'));
  }

  sealProfile(counterpartyGuid: string, id: string, profile: ObjectProfile): Promise<Sealed> {
    return this.keystore.seal(Buffer.from(JSON.stringify(profile)), objectPlace(counterpartyGuid, id, 'profile'));
  }

  async openKey(
    counterpartyGuid: string,
    { id, keySealed }: { readonly id: string; readonly keySealed: Sealed },
  ): Promise<string> {
    return this.open(keySealed, objectPlace(counterpartyGuid, id, 'key'));
  }

  async openProfile(
    counterpartyGuid: string,
    { id, profileSealed }: { readonly id: string; readonly profileSealed: Sealed | null },
  ): Promise<ObjectProfile> {
    if (profileSealed === null) return {};
    return JSON.parse(await this.open(profileSealed, objectPlace(counterpartyGuid, id, 'profile'))) as ObjectProfile;
  }

  private async open(value: string, place: SealPlace): Promise<string> {
    return Buffer.from(await this.keystore.open(value, place)).toString();
  }
}

/** Where the secret values of an object are sealed. */
export const objectPlace = (counterpartyGuid: string, id: string, column: 'key' | 'profile'): SealPlace => ({
  table: 'dcm_object',
  column,
  row: id,
  accountId: counterpartyGuid,
  version: 1,
});
