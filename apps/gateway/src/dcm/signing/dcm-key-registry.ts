import { Inject, Injectable } from '@nestjs/common';
import {
  type Credential,
  DcmClient,
  DcmError,
  DcmTokens,
  InMemorySigningKeys,
  type SigningKey,
  thumbprintOf,
} from '#libs/dcm';
import { type DcmConfig } from '../../config/dcm-config.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { KeyRegistry } from './key-registry.js';

/** Our key records at DCM, over the network. */
@Injectable()
export class DcmKeyRegistry extends KeyRegistry {
  constructor(
    private readonly client: DcmClient,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {
    super();
  }

  override async accepts(key: SigningKey): Promise<boolean> {
    return this.client.authenticate(await this.tokenOf(key));
  }

  override async find(key: SigningKey): Promise<string | undefined> {
    const records = await this.client.listKeys(await this.credentialOf(key));
    const thumbprint = thumbprintOf(key.publicJwk);
    return records.find(({ jwk }) => jwk?.kid === key.kid && thumbprintOf(jwk) === thumbprint)?.guid;
  }

  override async register(key: SigningKey): Promise<void> {
    await this.client.createKey(key.publicJwk);
  }

  override async replace(recordGuid: string, key: SigningKey): Promise<void> {
    try {
      await this.client.updateKey(recordGuid, key);
    } catch (error) {
      const isRefused = error instanceof DcmError && error.code === 'DCM_REFUSED';
      if (!isRefused || (await this.holds(recordGuid))) throw error;
      await this.register(key);
    }
  }

  private async holds(recordGuid: string): Promise<boolean> {
    return (await this.client.listKeys()).some(({ guid }) => guid === recordGuid);
  }

  /** The employee where there is one; else a token of the key itself, which DCM accepts by now. */
  private async credentialOf(key: SigningKey): Promise<Credential> {
    if (this.config.employee) return { scheme: 'dcm' };
    return { scheme: 'bank', ...this.technical(), token: await this.tokenOf(key) };
  }

  private tokenOf(key: SigningKey): Promise<string> {
    return new DcmTokens({ keys: new InMemorySigningKeys(key) }).authorization(this.technical());
  }

  private technical(): { flow: 'sign-in'; obj: string; sub: string } {
    const { counterpartyGuid } = this.config;
    return { flow: 'sign-in', obj: counterpartyGuid, sub: counterpartyGuid };
  }
}
