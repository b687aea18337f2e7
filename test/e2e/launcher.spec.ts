import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { APP_ENVIRONMENT } from '../support/app-environment.js';
import { AppProcess } from '../support/app-process.js';
import { runCommand } from '../support/command-line.js';
import { freePort } from '../support/free-port.js';
import { aPaymentRequest, GatewayClient } from '../support/gateway-client.js';
import { until } from '../support/until.js';

const PORTS = ['GATEWAY_PORT', 'SIMULATOR_PORT', 'SHOP_PORT', 'POSTGRES_PORT'] as const;
const READY = /Ready in [\d.]+ s\.[\s\S]*Stop: Ctrl-C/;

describe('npm start', () => {
  let dataDir: string;
  let env: Record<string, string>;
  const start = () => AppProcess.start('launcher', { env, ready: READY });
  const pidOf = async (name: string) => Number(await readFile(path.join(dataDir, 'run', `${name}.pid`), 'utf8'));
  const url = (name: (typeof PORTS)[number]) => `http://127.0.0.1:${env[name] ?? ''}`;

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'launcher-'));
    env = { DATA_DIR: dataDir };
    for (const name of PORTS) env[name] = String(await freePort());
  });
  afterEach(async () => {
    const home = await readFile(path.join(dataDir, 'postgres', 'location'), 'utf8').catch(() => dataDir);
    await rm(home, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  });

  it('starts everything once, says where it is, and leaves nothing behind on SIGTERM', async () => {
    const launcher = await start();
    const key = /ap_test_[\w-]{43}/.exec(launcher.logs())?.[0] ?? '';
    const payments = await fetch(`${url('GATEWAY_PORT')}/v1/payments`, { headers: { authorization: `Bearer ${key}` } });
    expect(payments.status).toBe(200);
    expect((await fetch(url('SHOP_PORT'))).status).toBe(200);
    expect((await fetch(`${url('SIMULATOR_PORT')}/control/clock`)).status).toBe(200);
    const fields = await fetch(`${url('GATEWAY_PORT')}/v1/hosted-fields`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(await fields.json()).toMatchObject({ shopOrigins: expect.arrayContaining([url('SHOP_PORT')]) });
    const pids = await Promise.all(['gateway', 'simulator', 'shop'].map(pidOf));

    const { body: payment } = await new GatewayClient(url('GATEWAY_PORT'), key).createPayment(aPaymentRequest());
    await until('the shop is told of the payment', async () => {
      const shown = await (await fetch(`${url('SHOP_PORT')}/webhooks`)).text();
      return shown.includes('data-outcome="handled"') && shown.includes((payment as { id: string }).id);
    });

    const secretFile = path.join(dataDir, 'demo', 'webhook-secret');
    const exam = await runCommand(
      ['webhooks', 'exam', `${url('SHOP_PORT')}/webhooks`, '--secret-file', secretFile],
      {},
    );
    expect(exam).toMatchObject({ code: 0, stderr: '' });
    expect(exam.stdout).toMatch(/12 right, 0 wrong, 3 not judged/u);

    const second = await AppProcess.runToEnd('launcher', { env }); // in the same DATA_DIR
    expect(second).toMatchObject({ code: 1 });
    expect(second.output).toContain('It already runs');

    expect(await launcher.stop()).toEqual({ code: 0, signal: null });
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    for (const app of ['gateway', 'simulator', 'shop']) {
      expect(await readFile(path.join(dataDir, 'logs', `${app}.log`), 'utf8')).not.toContain(key);
    }
  }, 90_000);

  it('plays a bank at DCM, and tells both ways to authorize an operation', async () => {
    const launcher = await start();
    expect(launcher.logs()).toContain('npm run --silent demo:dcm');
    const demo = () =>
      promisify(execFile)(process.execPath, ['dist/apps/launcher/src/demo-dcm.js'], {
        env: { ...APP_ENVIRONMENT, ...env },
      });
    for (let times = 0; times < 2; times++) {
      const { stdout } = await demo();
      expect(stdout.match(/DCM answered {3}\w+/g)).toEqual(
        ['yes', 'yes', 'no'].map((word) => `DCM answered   ${word}`),
      );
      expect(stdout).toContain('SUBJECT_UNKNOWN');
    }
    await launcher.stop();
    await expect(demo()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('npm start') });
  }, 90_000);

  it('takes over what a killed launcher left running, and stops everything when one app dies, and says which', async () => {
    const launcher = await start();
    const orphan = await pidOf('gateway');
    const key = /ap_test_[\w-]{43}/.exec(launcher.logs())?.[0] ?? 'none';
    await launcher.kill();

    await launcher.restart();
    expect(await pidOf('gateway')).not.toBe(orphan);
    expect(launcher.logs().split(key)).toHaveLength(3); // the same key in both blocks

    process.kill(await pidOf('shop'), 'SIGKILL');
    const exit = await launcher.exit();
    expect(exit.code).toBe(1);
    expect(launcher.logs()).toContain('The shop ended by SIGKILL');
    await expect(fetch(url('SIMULATOR_PORT'))).rejects.toThrow();
  }, 90_000);

  it('names every taken port before it starts anything', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(Number(env['SHOP_PORT']), '127.0.0.1', resolve));
    const run = await AppProcess.runToEnd('launcher', { env });
    await new Promise((resolve) => squatter.close(resolve));
    expect(run.code).toBe(1);
    const sentence = `Port ${env['SHOP_PORT'] ?? ''} is taken: set SHOP_PORT to a free port, or stop the program that uses it.`;
    expect(run.output.trim()).toBe(sentence);
  });

  it('names every wrong variable once, its own and those of the gateway', async () => {
    const wrong = { SHOP_PORT: 'x', DATABASE_URL: 'y', LOG_LEVEL: 'loud', BANK_TIMEOUT_MS: '1', TRUSTED_PROXIES: 'z' };
    const run = await AppProcess.runToEnd('launcher', { env: { ...env, ...wrong } });
    expect(run.code).toBe(1);
    const named = run.output
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(named.toSorted()).toEqual(Object.keys(wrong).toSorted());
  });
});
