import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type AllianceAccounts, AllianceClient, AllianceModule } from '@alliance-gateway/alliance';

/** An application of its own around some accounts. */
export class AlliancePrices {
  private constructor(private readonly app: INestApplicationContext) {}

  static async start(accounts: AllianceAccounts): Promise<AlliancePrices> {
    @Module({ imports: [AllianceModule.forRoot({ accounts })] })
    class PricesModule {}
    return new AlliancePrices(await NestFactory.createApplicationContext(PricesModule, { logger: false }));
  }

  get alliance(): AllianceClient {
    return this.app.get(AllianceClient, { strict: false });
  }

  close(): Promise<void> {
    return this.app.close();
  }
}
