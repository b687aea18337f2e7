import { Injectable } from '@nestjs/common';
import { AccountError } from '../../accounts/account-error.js';
import { ApiKeysService } from '../../accounts/api-keys.service.js';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { type AccountConfig, ConfigError } from '../../config/gateway-config.js';
import { ClientKeysService, readClientKey } from './client-keys.service.js';
import { type PaymentKey, readPaymentKey } from './payment-key.js';

/**
 * Installs the account that the environment names: the quick way for an installation with one account. An environment
 * is applied once, so that a restart does not undo what an operator changed.
 */
@Injectable()
export class AccountProvisioner {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly clientKeys: ClientKeysService,
    private readonly apiKeys: ApiKeysService,
  ) {}

  /** @returns the account id @throws ConfigError naming the variable and the JWK member */
  async provision(config: AccountConfig): Promise<string> {
    const jwk = parseJwk(config.privateKey, PRIVATE_KEY);
    const paymentKey = config.paymentKey === undefined ? null : parsePaymentKey(config.paymentKey);
    const { name, environment, baseUrl, merchantId: bankMerchantId, a2aMerchantId = null, serviceCode } = config;
    const shopOrigins = config.shopOrigins ?? null;
    const terminal = { name, environment, baseUrl, bankMerchantId, a2aMerchantId, serviceCode };
    const settings = { ...terminal, paymentKey, shopOrigins };
    await checkKey(jwk, environment);
    const facts = [
      name,
      environment,
      serviceCode,
      config.privateKey,
      ...(a2aMerchantId === null ? [] : [a2aMerchantId]),
      ...(paymentKey === null ? [] : [JSON.stringify(paymentKey)]),
      ...(shopOrigins === null ? [] : [JSON.stringify(shopOrigins)]),
    ];
    const accountId = await this.accounts
      .applyEnvironment(settings, facts, async (account) => {
        const { id } = await this.clientKeys.add(account, jwk);
        await this.clientKeys.activate(account, id);
      })
      .catch((error: unknown) => {
        throw inEnvironmentsWords(error);
      });
    if (config.apiKey) await this.installApiKey(accountId, config.apiKey);
    return accountId;
  }

  private async installApiKey(accountId: string, key: string): Promise<void> {
    await this.apiKeys.install(accountId, key);
    const found = await this.apiKeys.find(key);
    if (found?.owner.accountId === accountId) return;
    throw new ConfigError(
      'API_KEY belongs to another merchant account of this database, or is revoked: give this account a key of its own',
    );
  }
}

/** What is wrong with the key of the account in the environment. */
export async function accountKeyProblem(
  text: string,
  environment: AccountConfig['environment'],
): Promise<string | undefined> {
  try {
    await checkKey(parseJwk(text, PRIVATE_KEY), environment);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

/** What is wrong with the bank's key in the environment. */
export function paymentKeyProblem(text: string): string | undefined {
  try {
    parsePaymentKey(text);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

function parsePaymentKey(text: string): PaymentKey {
  const key = readPaymentKey(parseJwk(text, PAYMENT_KEY));
  if (typeof key === 'string') throw new ConfigError(`ALLIANCE_PAYMENT_KEY ${key}; copy it from the bank`);
  return key;
}

/** Before anything is written. */
async function checkKey(jwk: object, environment: AccountConfig['environment']): Promise<void> {
  try {
    await readClientKey(jwk, environment);
  } catch (error) {
    if (!(error instanceof AccountError)) throw error;
    throw new ConfigError(
      `ALLIANCE_PRIVATE_KEY is not a usable key: ${error.message}; take the JWK of the P-384 pair whose public half the bank holds`,
    );
  }
}

/** What an account cannot become is told by the variables that ask for it. */
function inEnvironmentsWords(error: unknown): unknown {
  if (!(error instanceof AccountError) || error.code !== 'ACCOUNT_INVALID') return error;
  return new ConfigError(
    `ALLIANCE_ENVIRONMENT, ALLIANCE_BASE_URL and ALLIANCE_MERCHANT_ID do not fit what is in the database: ${error.message}`,
  );
}

const PRIVATE_KEY =
  'ALLIANCE_PRIVATE_KEY is not JSON: give the private JWK, for example {"kty":"EC","crv":"P-384","x":…,"y":…,"d":…}';
const PAYMENT_KEY =
  'ALLIANCE_PAYMENT_KEY is not JSON: give the public JWK, for example {"kty":"EC","crv":"P-384","x":…,"y":…}';

/** @param otherwise what to say of a text that is no JSON object */
function parseJwk(text: string, otherwise: string): object {
  try {
    const jwk: unknown = JSON.parse(text);
    if (typeof jwk === 'object' && jwk !== null) return jwk;
  } catch {
    // told below, without the parser's quotation of the text
  }
  throw new ConfigError(otherwise);
}
