import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { SUCCESS, World } from './protocol-world.js';

/** Where the documents leave something open, the client reads whatever the bank's answer turns out to be. */
let world: World;
let receiver: Server;
let received: string[];

beforeAll(async () => {
  world = await World.start();
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(Buffer.concat(chunks).toString());
      response.end('OK');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
}, 30_000);
beforeEach(() => {
  received = [];
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await world.stop();
});

const turn = (switches: object): Promise<unknown> => world.simulator.control('switches', switches);

it.each(['pem', 'spki', 'jwk', 'bare_pem'])('a key of the bank as %s', async (signingKeyForm) => {
  await turn({ signingKeyForm });
  await world.simulator.control('keys/rotate', { ring: 'payments' });
  expect(await world.call('h2h.balance.get', {})).toHaveProperty('balanceAmount');
});

it.each([true, false])('a refusal of a signed call, signed: %s', async (signBusinessErrors) => {
  await turn({ signBusinessErrors });
  const asked = world.call('h2h.operations.get', { id: 'nobody' });
  await expect(asked).rejects.toMatchObject({ bank: { msgCode: 'payment_operation_not_found' } });
});

it.each(['b_session_doesnt_exist', 'b_used_token', 'b_virtual_device_not_found'])(
  'a session that is refused with %s',
  async (expiredSessionCode) => {
    const ask = (): Promise<unknown> => world.call('h2h.balance.get', {}, '1.0');
    await ask();
    await turn({ expiredSessionCode });
    await world.simulator.control('sessions/expire', {});
    expect(await ask()).toHaveProperty('balanceAmount');
  },
);

it.each([false, true])('a signed callback, encrypted inside: %s', async (signedCallbackOfJwe) => {
  await turn({ signedCallbackOfJwe });
  await world.simulator.control('callbacks', { mode: 'normal' });
  const merchantRequestId = randomUUID();
  await world.call('h2h.a2c', {
    ...{ merchantRequestId, coinAmount: 1_000, notificationEncryption: signedCallbackOfJwe },
    encryptedCardNumber: await world.number(SUCCESS),
    notificationUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
    customerData: { recipientCustomerId: 'r1', recipientItn: '1234567890' },
  });
  await world.simulator.control('clock', { advanceMs: 2_000 });
  const [body = ''] = received;
  expect(body.split('.')).toHaveLength(3);
  expect(await world.readCallback(body)).toMatchObject({
    ...{ encoding: 'signed', operations: [{ merchantRequestId, status: 'SUCCESS' }] },
  });
  const forged = body.replace(/.{6}$/, 'AAAAAA');
  await expect(world.readCallback(forged)).rejects.toMatchObject({ code: 'ALLIANCE_JWS_REFUSED' });
});
