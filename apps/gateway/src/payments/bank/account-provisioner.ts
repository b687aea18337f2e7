import { Injectable } from '@nestjs/common';
import { AllianceError, CommunicationKey, isPublishedExampleKey } from '#libs/alliance';
import { ApiKeysService } from '../../accounts/api-keys.service.js';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { type AccountConfig, ConfigError } from '../../config/gateway-config.js';

/** Installs the account of the environment, after a check that its key can be used at all. */
@Injectable()
export class AccountProvisioner {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly apiKeys: ApiKeysService,
  ) {}

  /** @returns the account id @throws ConfigError naming the variable and the JWK member */
  async provision(config: AccountConfig): Promise<string> {
    await checkKey(config);
    const accountId = await this.accounts.install({
      name: config.name,
      environment: config.environment,
      baseUrl: config.baseUrl,
      bankMerchantId: config.merchantId,
      serviceCode: config.serviceCode,
      clientKey: config.privateKey,
    });
    if (config.apiKey) await this.apiKeys.install(accountId, config.apiKey);
    return accountId;
  }
}

async function checkKey(config: AccountConfig): Promise<void> {
  const key = await CommunicationKey.import(parseJwk(config.privateKey)).catch((error: unknown) => {
    if (!(error instanceof AllianceError)) throw error;
    throw new ConfigError(
      `ALLIANCE_PRIVATE_KEY is not a usable key: ${error.message}; take the JWK of the P-384 pair whose public half the bank holds`,
    );
  });
  if (config.environment === 'live' && isPublishedExampleKey(key)) {
    throw new ConfigError(
      'ALLIANCE_PRIVATE_KEY is an example key printed in public documents: make a pair of your own',
    );
  }
}

function parseJwk(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError(
      'ALLIANCE_PRIVATE_KEY is not JSON: give the private JWK, for example {"kty":"EC","crv":"P-384","x":…,"y":…,"d":…}',
    );
  }
}
