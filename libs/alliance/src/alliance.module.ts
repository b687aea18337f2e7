import { HttpModule } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { AllianceClient } from './alliance-client.js';
import { AllianceHttpInterceptor } from './alliance-http.interceptor.js';
import { AllianceSession } from './alliance-session.js';
import { AllianceTransport, PINNED } from './alliance-transport.js';
import { ConfigurableModuleClass } from './alliance.module-definition.js';

/** AlliancePay for any Nest application: `AllianceModule.forRoot({ accounts })`. */
@Module({
  imports: [HttpModule.register({ ...PINNED })],
  providers: [AllianceTransport, AllianceSession, AllianceHttpInterceptor, AllianceClient],
  exports: [AllianceSession, AllianceClient],
})
export class AllianceModule extends ConfigurableModuleClass {}
