import { ConfigurableModuleBuilder } from '@nestjs/common';
import { type DcmAudit } from '../error/dcm-audit.js';
import { type IssuedTokens } from '../token/issued-tokens.js';
import { type JwksLimits } from '../key/jwks-cache.js';
import { type ReplayMemory } from '../token/replay-memory.js';
import { type SigningKeys } from '../key/signing-keys.js';

/** Who logs in under scheme DCM. */
export interface DcmEmployee {
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
  readonly counterpartyGuid: string;
  readonly keys: SigningKeys;
  /** Needed for scheme DCM alone. */
  readonly employee?: DcmEmployee;
  /** Milliseconds of one HTTP attempt; 10 000 where absent, for DCM asks the bank back before it answers. */
  readonly timeoutMs?: number;
  readonly clock?: () => Date;
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

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: DCM_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<DcmOptions>({ moduleName: 'Dcm' }).setClassMethodName('forRoot').build();
