import { once } from 'node:events';
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import {
  type AllianceAccount,
  AllianceAccounts,
  AllianceClient,
  type AllianceError,
  AllianceModule,
  AllianceSession,
  CommunicationKey,
  SendWindow,
} from '#libs/alliance';

/** A process of its own that has committed a refund, and sends it when it is told to. */
interface Task {
  readonly baseUrl: string;
  readonly serviceCode: string;
  readonly clientKey: object;
  readonly windowMs: number;
}

const task = JSON.parse(process.argv[2] ?? '') as Task;
const account: AllianceAccount = {
  id: 'acc_1',
  baseUrl: new URL(task.baseUrl),
  merchantId: 'merchant-1',
  serviceCode: task.serviceCode,
  clientKey: await CommunicationKey.import(task.clientKey),
};
class OneAccount extends AllianceAccounts {
  override load(): Promise<AllianceAccount> {
    return Promise.resolve(account);
  }
}

const app = await NestFactory.createApplicationContext(AllianceModule.forRoot({ accounts: new OneAccount() }), {
  logger: false,
});
await app.get(AllianceSession).current('acc_1');
const window = new SendWindow(task.windowMs);
process.stdout.write('committed\n');
await once(process.stdin, 'data');

const refund = { merchantRequestId: 'refund-1', operationId: 'operation-1', coinAmount: 100 };
const outcome = await app
  .get(AllianceClient)
  .refund('acc_1', refund, { window })
  .then(
    () => ({ reason: 'answered', noEffect: false }),
    (error: unknown) => error as AllianceError,
  );
process.stdout.write(`${JSON.stringify({ reason: outcome.reason, noEffect: outcome.noEffect })}\n`);
process.stdin.destroy();
await app.close();
