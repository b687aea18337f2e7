import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { errorReply, FakeBank } from '../../libs/alliance/src/testing/fake-bank.js';
import { until } from '../support/until.js';

/** Milliseconds. Stands for the 60 s of the gateway, which the unit tests hold the window to. */
const WINDOW_MS = 2_000;

/** A process that is stopped between its COMMIT and the request: swapped out, a paused container, a machine on the move. */
describe('a sender', () => {
  let bank: FakeBank;
  let child: ChildProcessWithoutNullStreams;
  let lines: AsyncIterator<string>;

  const start = async (windowMs: number): Promise<void> => {
    const { serviceCode, clientKeys, url } = bank;
    const clientKey = clientKeys.privateKey.export({ format: 'jwk' });
    const task = JSON.stringify({ baseUrl: url.href, serviceCode, clientKey, windowMs });
    child = spawn(process.execPath, ['test/faults/sender.ts', task], { env: { PATH: process.env['PATH'] } });
    child.stderr.pipe(process.stderr);
    lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('committed');
  };
  const outcome = async (): Promise<unknown> => JSON.parse((await lines.next()).value as string) as unknown;

  beforeEach(async () => {
    bank = await FakeBank.start();
    bank.answer = () => errorReply('b_invalid_request', 400);
  });
  afterEach(async () => {
    child.kill('SIGKILL');
    await bank.stop();
  });

  it('that was stopped for longer than it may take sends nothing when it wakes, and knows it', async () => {
    await start(WINDOW_MS);
    const committedBy = Date.now();
    process.kill(child.pid ?? 0, 'SIGSTOP');
    await until('its time is over', () => Promise.resolve(Date.now() > committedBy + WINDOW_MS + 100));
    child.stdin.write('go\n');
    process.kill(child.pid ?? 0, 'SIGCONT');
    expect(await outcome()).toEqual({ reason: 'send_window_over', noEffect: true });
    expect(bank.authorizes).toBe(1);
    expect(bank.requests).toEqual([]);
  });

  it('that was stopped for less sends', async () => {
    await start(60_000);
    process.kill(child.pid ?? 0, 'SIGSTOP');
    child.stdin.write('go\n');
    process.kill(child.pid ?? 0, 'SIGCONT');
    expect(await outcome()).toEqual({ reason: 'b_invalid_request', noEffect: true });
    expect(bank.requests).toHaveLength(1);
  });
});
