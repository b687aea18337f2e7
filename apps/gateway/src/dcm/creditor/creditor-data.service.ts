import { Inject, Injectable } from '@nestjs/common';
import { DcmError, DcmTokens, DcmVerifier, readRsaPublicJwk, type RsaPublicJwk, sealPersonalData } from '#libs/dcm';
import { type DcmConfig } from '../../config/dcm-config.js';
import { CallbackRefusal } from '../callbacks/callback-refusal.js';
import { DecisionLog, hashedName } from '../bank-auth/decision-log.service.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { IBAN } from './creditor.dto.js';
import { ReceiversService } from './receivers.service.js';

export interface CreditorQuestion {
  readonly requestToken: string;
  readonly account: string;
  /** DCM's token with the key of the bank that asks. */
  readonly publicKey: string;
}

const CALL = 'creditor_data';

/** Tells another bank, through DCM, who owns an account of ours: sealed with that bank's key, so that DCM cannot read it. */
@Injectable()
export class CreditorDataService {
  constructor(
    private readonly verifier: DcmVerifier,
    private readonly tokens: DcmTokens,
    private readonly receivers: ReceiversService,
    private readonly log: DecisionLog,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {}

  /** @returns a token that we signed @throws CallbackRefusal */
  async answer({ requestToken, account, publicKey }: CreditorQuestion): Promise<string> {
    const { keyWrap } = this.config;
    if (keyWrap === undefined) throw new CallbackRefusal('not_ours');
    const recipient = await this.verify(requestToken, publicKey);
    const receiver = IBAN.test(account) ? await this.receivers.find(account) : undefined;
    const object = receiver?.id ?? hashedName(account);
    if (!receiver) {
      this.log.record({ call: CALL, object, allowed: false, reason: 'OBJECT_UNKNOWN' });
      throw new CallbackRefusal('not_ours');
    }
    const { name, taxNumber: tax_number } = receiver;
    const { values, encryption } = sealPersonalData({ name, tax_number }, recipient, keyWrap);
    const token = await this.tokens.payload({ ...values, encryption });
    this.log.record({ call: CALL, object, allowed: true });
    return token;
  }

  private async verify(requestToken: string, publicKey: string): Promise<RsaPublicJwk> {
    try {
      await this.verifier.request(requestToken);
      const claims = await this.verifier.payload(publicKey);
      return readRsaPublicJwk(claims['public_key'] ?? claims['data'] ?? claims); // which of them is not published
    } catch (error) {
      if (!(error instanceof DcmError)) throw error;
      this.log.record({ call: CALL, allowed: false, reason: error.code });
      throw new CallbackRefusal('denied');
    }
  }
}
