import { type DynamicModule, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DcmCallbacks } from '../callback/callbacks.js';
import { DcmClient } from '../client/dcm-client.js';
import { DcmTokens } from '../token/dcm-tokens.js';
import { DcmTransport } from '../client/dcm-transport.js';
import { DcmVerifier } from '../token/dcm-verifier.js';
import { DcmError } from '../error/dcm-error.js';
import { checkOptions } from './check-options.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  DCM_OPTIONS,
  type DcmModuleExtras,
  type DcmOptions,
  getDcmToken,
  GIVEN_OPTIONS,
  type OPTIONS_TYPE,
} from './dcm.module-definition.js';
import { EmployeeSession } from '../client/employee-session.js';
import { JwksCache } from '../key/jwks-cache.js';
import { JWKS_PATH } from '../client/operations.js';
import { OperationCaller } from '../client/operation-caller.js';
import { OwnKeys } from '../key/own-keys.js';
import { SessionTokenGuard } from '../guard/session-token.guard.js';
import { SessionTokens } from '../guard/session-token.js';

const jwksProvider = {
  provide: JwksCache,
  inject: [DCM_OPTIONS, DcmTransport],
  useFactory: ({ jwks, allowInsecure, clock, audit }: DcmOptions, transport: DcmTransport) =>
    new JwksCache({ url: transport.resolve(JWKS_PATH), limits: jwks, allowInsecure, clock, audit }),
};

const verifierProvider = {
  provide: DcmVerifier,
  inject: [DCM_OPTIONS, JwksCache],
  useFactory: ({ clock, replay, keys, acceptForwarded }: DcmOptions, jwks: JwksCache) => {
    const ours = new OwnKeys(keys);
    return new DcmVerifier(jwks, { clock, replay, own: acceptForwarded ? () => ours.load() : undefined });
  },
};

/** What an application injects. */
const PUBLIC = [DcmTokens, DcmVerifier, JwksCache, DcmCallbacks, DcmClient, SessionTokens, SessionTokenGuard];

/** DCM for any Nest application. */
@Module({
  providers: [
    { provide: DCM_OPTIONS, inject: [GIVEN_OPTIONS], useFactory: checkOptions },
    DcmTransport,
    DcmTokens,
    EmployeeSession,
    jwksProvider,
    verifierProvider,
    DcmCallbacks,
    DcmClient,
    OperationCaller,
    SessionTokens,
    SessionTokenGuard,
  ],
})
export class DcmModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationShutdown {
  readonly #options: DcmOptions;
  readonly #jwks: JwksCache;

  constructor(@Inject(DCM_OPTIONS) options: DcmOptions, jwks: JwksCache) {
    super();
    this.#options = options;
    this.#jwks = jwks;
  }

  /**
   * @throws DcmError `DCM_CONFIGURATION`
   * @example
   * const module = DcmModule.forRoot({ baseUrl, counterpartyGuid, keys });
   */
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    const { isGlobal, name, ...given } = options;
    checkOptions(given);
    return assemble(super.forRoot(options), { ...(isGlobal && { isGlobal }), ...(name && { name }) });
  }

  /**
   * With `useFactory` and `inject`, or `useClass` or `useExisting` with a `DcmOptionsFactory`.
   * @throws DcmError `DCM_CONFIGURATION`, when the application starts
   * @example
   * const module = DcmModule.forRootAsync({ useFactory: () => ({ baseUrl, counterpartyGuid, keys }) });
   */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    if (!options.useFactory && !options.useClass && !options.useExisting) {
      const sentence = 'DcmModule: forRootAsync needs one of useFactory, useClass and useExisting';
      throw new DcmError('DCM_CONFIGURATION', sentence, { member: 'useFactory', noEffect: true });
    }
    const { isGlobal, name } = options;
    return assemble(super.forRootAsync(options), { ...(isGlobal && { isGlobal }), ...(name && { name }) });
  }

  /** DCM may be away while we start: its keys are then fetched when they are needed. */
  async onModuleInit(): Promise<void> {
    await this.#jwks.start();
    if (this.#options.acceptForwarded) await new OwnKeys(this.#options.keys).assertApart(this.#jwks.kids());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#jwks.close();
  }
}

/** A named instance is injected by its name alone, so that two of them can be imported side by side. */
function assemble(module: DynamicModule, { isGlobal = false, name }: DcmModuleExtras): DynamicModule {
  const aliases =
    name === undefined ? [] : PUBLIC.map((one) => ({ provide: getDcmToken(name, one), useExisting: one }));
  return {
    ...module,
    global: isGlobal,
    providers: [...(module.providers ?? []), ...aliases],
    exports: name === undefined ? PUBLIC : aliases.map(({ provide }) => provide),
  };
}
