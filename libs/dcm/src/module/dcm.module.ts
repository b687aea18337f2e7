import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DcmCallbacks } from '../callback/callbacks.js';
import { DcmClient } from '../client/dcm-client.js';
import { DcmTokens } from '../token/dcm-tokens.js';
import { DcmTransport } from '../client/dcm-transport.js';
import { DcmVerifier } from '../token/dcm-verifier.js';
import { ConfigurableModuleClass, DCM_OPTIONS, type DcmOptions } from './dcm.module-definition.js';
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

/** DCM for any Nest application: `DcmModule.forRoot({ baseUrl, counterpartyGuid, keys })`. */
@Module({
  providers: [
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
  exports: [DcmTokens, DcmVerifier, JwksCache, DcmCallbacks, DcmClient, SessionTokens, SessionTokenGuard],
})
export class DcmModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationShutdown {
  readonly #options: DcmOptions;
  readonly #jwks: JwksCache;

  constructor(@Inject(DCM_OPTIONS) options: DcmOptions, jwks: JwksCache) {
    super();
    this.#options = options;
    this.#jwks = jwks;
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
