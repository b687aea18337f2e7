import { HttpModule } from '@nestjs/axios';
import { type DynamicModule, Module } from '@nestjs/common';
import { AllianceClient } from '../client/alliance-client.js';
import { AllianceHttpInterceptor } from '../http/alliance-http.interceptor.js';
import { AllianceSession } from '../session/alliance-session.js';
import { AllianceTransport, PINNED } from '../http/alliance-transport.js';
import { BankClock } from '../http/bank-clock.js';
import { SignedChannel } from '../jws/signed-channel.js';
import { type ASYNC_OPTIONS_TYPE, ConfigurableModuleClass, type OPTIONS_TYPE } from './alliance.module-definition.js';

/** AlliancePay for any Nest application: `AllianceModule.forRoot({ accounts })`. */
@Module({
  providers: [BankClock, AllianceTransport, AllianceSession, AllianceHttpInterceptor, SignedChannel, AllianceClient],
  exports: [AllianceSession, AllianceHttpInterceptor, AllianceClient, BankClock],
})
export class AllianceModule extends ConfigurableModuleClass {
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return withHttp(super.forRoot(options));
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return withHttp(super.forRootAsync(options));
  }
}

/** `HttpModule.register` makes its axios instance at once, and modules would share it with each other's interceptors. */
function withHttp(module: DynamicModule): DynamicModule {
  const http = HttpModule.registerAsync({ useFactory: () => ({ ...PINNED }) });
  return { ...module, imports: [...(module.imports ?? []), http] };
}
