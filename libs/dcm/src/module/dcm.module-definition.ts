import { ConfigurableModuleBuilder, Inject, type Type } from '@nestjs/common';
import { type DcmAudit } from '../error/dcm-audit.js';
import { type IssuedTokens } from '../token/issued-tokens.js';
import { type JwksLimits } from '../key/jwks-cache.js';
import { type ReplayMemory } from '../token/replay-memory.js';
import { type SigningKeys } from '../key/signing-keys.js';

/** Who logs in under scheme DCM. */
export interface DcmEmployee {
  /** E-mail. */
  readonly login: string;
  /** Secret. */
  readonly password: string;
  /** Form field of the e-mail; the public page hides its name. `identifier` where absent. */
  readonly loginField?: 'identifier' | 'password_identifier';
}

/** One counterparty at one DCM. */
export interface DcmOptions {
  /** `/api/v1` and `/kratos` lie below it. https, unless loopback or `allowInsecure`. */
  readonly baseUrl: URL;
  /** DCM's id of this bank or merchant. */
  readonly counterpartyGuid: string;
  /** The keys that tokens are signed with. */
  readonly keys: SigningKeys;
  /** Needed for scheme DCM alone. */
  readonly employee?: DcmEmployee;
  /** Milliseconds of one HTTP attempt; 10 000 where absent, for DCM asks the bank back before it answers. */
  readonly timeoutMs?: number;
  /** The time that tokens are made and judged by; the system's where absent. */
  readonly clock?: () => Date;
  /** How often DCM's key set is fetched, see `JWKS_LIMITS`. */
  readonly jwks?: Partial<JwksLimits>;
  /** Give it where scheme BANK is the only one in use: callbacks without a matching record are then refused. */
  readonly issued?: IssuedTokens;
  /** In the memory of this process where absent. */
  readonly replay?: ReplayMemory;
  /** DCM may pass our own token through to the Bank Auth Service: our keys are then accepted there too. */
  readonly acceptForwarded?: boolean;
  /** Plain http to other hosts than loopback: for a private network only. */
  readonly allowInsecure?: boolean;
  /** Refused tokens, troubles with keys and clocks. Must not throw. */
  readonly audit?: DcmAudit;
}

/** For `forRootAsync({ useClass })` and `{ useExisting }`. */
export interface DcmOptionsFactory {
  createDcmOptions(): Promise<DcmOptions> | DcmOptions;
}

/** About the module itself, beside the options. */
export interface DcmModuleExtras {
  /** Whether other modules may inject without importing it. Default false. */
  readonly isGlobal?: boolean;
  /** Gives this instance a name: its providers are then injected with `@InjectDcm(name, …)`. */
  readonly name?: string;
}

/** Injection token of the options, checked. */
export const DCM_OPTIONS = 'DCM_OPTIONS';

/**
 * Injection token of a provider of a named instance, such as `DcmClient`.
 * @example
 * const token = getDcmToken('test', DcmClient); // for providers with `inject`
 */
export const getDcmToken = (name: string, provider: Type): string => `DCM:${name}:${provider.name}`;

/**
 * Injects a provider of a named instance.
 * @example
 * class Transfers {
 *   constructor(@InjectDcm('test', DcmClient) private readonly dcm: DcmClient) {}
 * }
 */
export const InjectDcm = (name: string, provider: Type): ParameterDecorator & PropertyDecorator =>
  Inject(getDcmToken(name, provider));

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: GIVEN_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<DcmOptions>({ moduleName: 'Dcm' })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createDcmOptions')
  .setExtras<DcmModuleExtras>({ isGlobal: false, name: '' })
  .build();
