import { HttpModule } from '@nestjs/axios';
import { type DynamicModule, Module } from '@nestjs/common';
import { AllianceClient } from '../client/alliance-client.js';
import { AllianceError } from '../error/alliance-error.js';
import { AllianceHttpInterceptor } from '../http/alliance-http.interceptor.js';
import { AllianceTransport, PINNED } from '../http/alliance-transport.js';
import { BankClock } from '../http/bank-clock.js';
import { SignedChannel } from '../jws/signed-channel.js';
import { AllianceSession } from '../session/alliance-session.js';
import {
  ALLIANCE_OPTIONS,
  type AllianceModuleExtras,
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  getAllianceToken,
  GIVEN_OPTIONS,
  type OPTIONS_TYPE,
} from './alliance.module-definition.js';
import { checkOptions } from './check-options.js';

/** What an application injects. */
const PUBLIC = [AllianceSession, AllianceHttpInterceptor, AllianceClient, BankClock];

/** AlliancePay for any Nest application. */
@Module({
  providers: [
    { provide: ALLIANCE_OPTIONS, inject: [GIVEN_OPTIONS], useFactory: checkOptions },
    AllianceTransport,
    SignedChannel,
    ...PUBLIC,
  ],
})
export class AllianceModule extends ConfigurableModuleClass {
  /**
   * @throws AllianceError `ALLIANCE_INVALID_OPTIONS`
   * @example
   * const module = AllianceModule.forRoot({ accounts, isGlobal: true });
   */
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    const { isGlobal, name, ...given } = options;
    checkOptions(given);
    return assemble(super.forRoot(options), { ...(isGlobal && { isGlobal }), ...(name && { name }) });
  }

  /**
   * With `useFactory` and `inject`, or `useClass` or `useExisting` with an `AllianceOptionsFactory`.
   * @throws AllianceError `ALLIANCE_INVALID_OPTIONS`, when the application starts
   * @example
   * const module = AllianceModule.forRootAsync({ useFactory: () => ({ accounts }) });
   */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    if (!options.useFactory && !options.useClass && !options.useExisting) {
      const sentence = 'AllianceModule: forRootAsync needs one of useFactory, useClass and useExisting';
      throw new AllianceError('ALLIANCE_INVALID_OPTIONS', sentence, { member: 'useFactory', noEffect: true });
    }
    const { isGlobal, name } = options;
    return assemble(super.forRootAsync(options), { ...(isGlobal && { isGlobal }), ...(name && { name }) });
  }
}

/**
 * A named instance is injected by its name alone, so that two of them can be imported side by side.
 * `HttpModule.register` makes its axios instance at once, and modules would share it with each other's interceptors.
 */
function assemble(module: DynamicModule, { isGlobal = false, name }: AllianceModuleExtras): DynamicModule {
  const http = HttpModule.registerAsync({ useFactory: () => ({ ...PINNED }) });
  const aliases =
    name === undefined ? [] : PUBLIC.map((one) => ({ provide: getAllianceToken(name, one), useExisting: one }));
  return {
    ...module,
    global: isGlobal,
    imports: [...(module.imports ?? []), http],
    providers: [...(module.providers ?? []), ...aliases],
    exports: name === undefined ? PUBLIC : aliases.map(({ provide }) => provide),
  };
}
