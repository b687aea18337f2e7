import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { type AppProcess } from '../support/app-process.js';
import { BankControl } from '../support/bank-control.js';
import { DemoStack } from '../support/demo-stack.js';
import { GatewayClient } from '../support/gateway-client.js';
import { until } from '../support/until.js';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
/** What the payer's browser sends from the bank's page. */
async function pay(redirectUrl: string): Promise<void> {
  const page = new URL(redirectUrl);
  const form = {
    ...Object.fromEntries(page.searchParams),
    'card-number': '4111 1111 1111 1111',
    expiry: '12/40',
    cvv: '123',
  };
  const answer = await fetch(page, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
  expect(answer.status).toBeLessThan(400);
}
const isTaken = ({ httpStatus }: { httpStatus?: number | null }): boolean => httpStatus === 200;
/** An address of this machine that others can reach. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((face) => face?.family === 'IPv4' && !face.internal)?.address;

/** What a developer's or an operator's machine does to `npm start`. */
describe('npm start on other machines', () => {
  let demo: DemoStack;
  const apps = ['gateway', 'simulator', 'shop'] as const;

  beforeEach(async () => {
    demo = await DemoStack.prepare();
  });
  afterEach(() => demo.remove());

  async function endsInOrder(launcher: AppProcess): Promise<void> {
    const pids = await Promise.all(apps.map((name) => demo.pidOf(name)));
    expect(await launcher.stop()).toEqual({ code: 0, signal: null });
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await isFree(demo.port('POSTGRES_PORT'))).toBe(true);
  }

  it.each([
    ['::1', '[::1]'],
    ['0.0.0.0', '127.0.0.1'],
  ])(
    'takes payments with HOST=%s, and the customer comes back',
    async (HOST, hostname) => {
      const launcher = await demo.start({ HOST });
      const key = (await readFile(path.join(demo.dataDir, 'demo', 'api-key'), 'utf8')).trim();
      const shop = new GatewayClient(`http://${hostname}:${demo.port('GATEWAY_PORT')}`, key);
      const bank = new BankControl(`http://127.0.0.1:${demo.port('SIMULATOR_PORT')}`);
      const { body } = await shop.createPayment();
      await pay(body.redirectUrl ?? 'none');
      await until('the callback arrived', async () => (await bank.ledger({ kind: 'callback.sent' })).some(isTaken));
      expect(await shop.untilPayment(body.id, ['succeeded'])).toBeDefined();
      expect((await fetch(`http://${hostname}:${demo.port('SHOP_PORT')}/`)).status).toBe(200);
      if (outside !== undefined && HOST === '0.0.0.0') {
        expect((await fetch(`http://${outside}:${demo.port('GATEWAY_PORT')}/health/live`)).status).toBe(200);
        await expect(fetch(`http://${outside}:${demo.port('SIMULATOR_PORT')}/control/clock`)).rejects.toThrow();
      }
      await endsInOrder(launcher);
    },
    90_000,
  );

  it('does not read the variables that Kubernetes makes of services with our names', async () => {
    const links = ['GATEWAY', 'SIMULATOR', 'SHOP', 'POSTGRES', 'VAULT', 'DATABASE', 'BANK', 'SESSION'].flatMap(
      (name) => [
        [`${name}_PORT`, 'tcp://10.96.0.12:5432'],
        [`${name}_SERVICE_HOST`, '10.96.0.12'],
        [`${name}_PORT_5432_TCP`, 'tcp://10.96.0.12:5432'],
      ],
    );
    const config = await demo.runToEnd({ ...Object.fromEntries(links), SHOP_PORT: 'x' });
    expect(config.output.trim().split('\n')).toEqual([expect.stringMatching(/^SHOP_PORT is not a port/)]);
  });

  it('lives on when nobody reads what it prints, and stops in order', async () => {
    const launcher = await demo.start();
    launcher.closeOutput();
    process.kill(launcher.pid, 'SIGTERM'); // it has something to say
    const pids = await Promise.all(apps.map((name) => demo.pidOf(name)));
    expect(await launcher.exit()).toEqual({ code: 0, signal: null });
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await isFree(demo.port('POSTGRES_PORT'))).toBe(true);
  }, 90_000);

  const itOnLinux = existsSync('/dev/full') ? it : it.skip;
  itOnLinux(
    'lives on when the disk takes no log line',
    async () => {
      await mkdir(path.join(demo.dataDir, 'logs'));
      for (const app of apps) await symlink('/dev/full', path.join(demo.dataDir, 'logs', `${app}.log`));
      const launcher = await demo.start();
      for (let times = 0; times < 3; times++) {
        expect((await fetch(`http://127.0.0.1:${demo.port('GATEWAY_PORT')}/v1/payments`)).status).toBe(401); // a log line each
      }
      await endsInOrder(launcher);
    },
    90_000,
  );

  it('is ready although its apps log nothing, and leaves no database behind when the gateway is killed', async () => {
    const launcher = await demo.start({ LOG_LEVEL: 'silent' });
    expect((await fetch(`http://127.0.0.1:${demo.port('GATEWAY_PORT')}/health/ready`)).status).toBe(200);
    expect(await readFile(path.join(demo.dataDir, 'logs', 'gateway.log'), 'utf8')).not.toContain('{');
    process.kill(await demo.pidOf('gateway'), 'SIGKILL');
    expect((await launcher.exit()).code).toBe(1);
    expect(launcher.logs()).toContain('The gateway ended by SIGKILL');
    expect(await isFree(demo.port('POSTGRES_PORT'))).toBe(true);
  }, 90_000);
});
