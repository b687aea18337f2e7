import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import { Bank } from './bank/bank.js';
import { registerControlRoutes } from './control/control-routes.js';
import { registerDcmControlRoutes } from './dcm/dcm-control-routes.js';
import { registerDcmRoutes } from './dcm/dcm-routes.js';
import { registerBankRoutes } from './http/bank-routes.js';
import { registerPageRoutes } from './http/page-routes.js';

/** Every body arrives as text: the bank decides by content, not by media type. */
const takeText = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
};

@Module({})
export class SimulatorModule implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(Bank) private readonly bank: Bank,
  ) {}

  static of(bank: Bank): DynamicModule {
    return { module: SimulatorModule, providers: [{ provide: Bank, useValue: bank }] };
  }

  onModuleInit(): void {
    const app = this.host.httpAdapter.getInstance<FastifyInstance>();
    takeText(app);
    registerBankRoutes(app, this.bank);
    registerPageRoutes(app, this.bank);
    registerControlRoutes(app, this.bank);
    registerDcmRoutes(app, this.bank.dcm);
    registerDcmControlRoutes(app, this.bank.dcm);
  }
}
