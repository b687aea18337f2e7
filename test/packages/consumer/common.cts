// A consumer in CommonJS.
import 'reflect-metadata';
import assert = require('node:assert/strict');
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import alliance = require('@alliance-gateway/alliance');
import testing = require('@alliance-gateway/alliance/testing');
import dcm = require('@alliance-gateway/dcm');
import keystore = require('@alliance-gateway/keystore');

class NoAccounts extends alliance.AllianceAccounts {
  override load(id: string): Promise<alliance.AllianceAccount> {
    return Promise.reject(new Error(`no account ${id}`));
  }
}

async function main(): Promise<void> {
  const keys = new dcm.InMemorySigningKeys(await dcm.generateSigningKey('test-bank'));
  @Module({
    imports: [
      alliance.AllianceModule.forRoot({ accounts: new NoAccounts() }),
      dcm.DcmModule.forRoot({ baseUrl: new URL('http://127.0.0.1:9/dcm'), counterpartyGuid: 'guid', keys }),
      keystore.KeystoreModule.forRoot({ keks: keystore.LocalKekProvider.from(keystore.generateLocalKeys()) }),
    ],
  })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const call = app.get(alliance.AllianceClient, { strict: false }).hppOrder('shop', 'o-1');
  await assert.rejects(call, { name: 'AllianceError', code: 'ALLIANCE_ACCOUNT_UNAVAILABLE' });
  assert.equal(typeof testing.FakeBank.start, 'function');
  await app.close();
  console.log('ok CommonJS');
}
void main();
