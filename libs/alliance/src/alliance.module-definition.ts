import { ConfigurableModuleBuilder } from '@nestjs/common';
import { type AllianceAccounts } from './alliance-account.js';
import { type SessionStore } from './session-store.js';

export interface AllianceOptions {
  readonly accounts: AllianceAccounts;
  /** Where sessions live; in the memory of this process where absent. */
  readonly sessions?: SessionStore;
  /** Milliseconds of one HTTP attempt, not of the whole call. 20 000 where absent. */
  readonly timeoutMs?: number;
  readonly clock?: () => Date;
}

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: ALLIANCE_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<AllianceOptions>({ moduleName: 'Alliance' }).setClassMethodName('forRoot').build();
