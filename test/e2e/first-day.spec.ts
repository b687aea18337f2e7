import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { APP_ENVIRONMENT } from '../support/app-environment.js';
import { AppProcess } from '../support/app-process.js';
import { type Block, blocksOf, isTheAnswer, withoutIds } from '../support/document-blocks.js';
import { freePort } from '../support/free-port.js';
import { ShellSession } from '../support/shell-session.js';
import { until } from '../support/until.js';

const READY = /Ready in [\d.]+ s\.[\s\S]*Stop: Ctrl-C/;
/** The ports that the documents name. */
const PORTS = { GATEWAY_PORT: '4000', SIMULATOR_PORT: '4001', SHOP_PORT: '4002', PORT: '3000', POSTGRES_PORT: '4003' };

let dataDir: string;
let launcher: AppProcess;
let env: Record<string, string>;
let terminal: ShellSession;
const ports = new Map<string, string>();

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'first-day-'));
  for (const documented of Object.values(PORTS)) ports.set(documented, String(await freePort()));
  env = { DATA_DIR: dataDir };
  for (const [name, documented] of Object.entries(PORTS)) env[name] = ports.get(documented) ?? '';
  launcher = await AppProcess.start('launcher', { env, ready: READY });
}, 60_000);

afterAll(async () => {
  await launcher.stop();
  const home = await readFile(path.join(dataDir, 'postgres', 'location'), 'utf8').catch(() => dataDir);
  for (const folder of [home, dataDir]) await rm(folder, { recursive: true, force: true });
}, 60_000);

beforeEach(() => {
  terminal = new ShellSession({ ...(APP_ENVIRONMENT as Record<string, string>), ...env });
});
afterEach(() => terminal.close());

/** What a document says, on the machine of this test. */
function here(text: string): string {
  return text
    .replaceAll(
      /(localhost|127\.0\.0\.1):(\d{4})/gu,
      (_, host: string, port: string) => `${host}:${ports.get(port) ?? port}`,
    )
    .replaceAll('.data/', `${dataDir}/`);
}

/** A command that only looks may be typed again until it shows what the document says. */
const onlyLooks = ({ text }: Block): boolean => !/ -d |-X POST|&\n/u.test(text);

/** Types the block and waits until what the next one shows is there. */
async function follow(block: Block, next: Block | undefined, shows: (printed: string, shown: string) => boolean) {
  let printed = await terminal.run(here(block.text));
  if (next?.language !== '') return;
  await until(
    `\n${next.text}is shown after\n${block.text}`,
    async () => {
      if (shows(printed, here(next.text))) return true;
      if (onlyLooks(block)) printed = await terminal.run(here(block.text));
      return false;
    },
    20_000,
  );
}

const showsLines = (printed: string, shown: string): boolean => {
  const lines = withoutIds(printed).split('\n');
  return withoutIds(shown)
    .trimEnd()
    .split('\n')
    .every((line) => lines.includes(line));
};

it('the tutorial ends with a payment, a webhook and a refund', async () => {
  const [start, ...blocks] = blocksOf('docs/tutorial.md');
  expect(start?.text).toBe('npm ci && npm start\n'); // done above
  for (const [index, block] of blocks.entries()) {
    if (block.language === 'sh')
      await follow(block, blocks[index + 1], (printed, shown) => showsLines(`${terminal.printed}${printed}`, shown));
    else
      await until(
        `the terminal shows: ${block.text}`,
        () => Promise.resolve(showsLines(terminal.printed, here(block.text))),
        20_000,
      );
  }
}, 90_000);

it('the Ukrainian tutorial has the same commands', () => {
  const commands = (file: string) => blocksOf(file).map(({ text }) => text.replaceAll(/ #.*$/gmu, ''));
  expect(commands('docs/uk/tutorial.md')).toEqual(commands('docs/tutorial.md'));
});

describe('the README', () => {
  /** Ids that the README shows, and those of this run in their place. */
  const ids = new Map<string, string>();
  const idOf = (text: string): string => /"id":"(\w+)"/u.exec(text)?.[1] ?? '';
  const withIds = (text: string): string => [...ids].reduce((done, [shown, id]) => done.replaceAll(shown, id), text);

  const pay = async (answer: string): Promise<void> => {
    const order = /hpp_id=(\w+)/u.exec(answer)?.[1] ?? '';
    const bank = `http://localhost:${ports.get('4001') ?? ''}/control/orders/${order}/charge`;
    expect((await fetch(bank, { method: 'POST', body: '{}' })).status).toBe(201);
  };

  it('shows the answers that its four requests get', async () => {
    const [setKey, ...blocks] = blocksOf('README.md', 'The API in four requests');
    expect(setKey?.text).toBe('KEY=ap_test_…\n');
    await terminal.run(here('KEY=$(cat .data/demo/api-key)'));
    const requests = blocks.filter(({ language }) => language === 'sh');
    expect(requests).toHaveLength(4);
    for (const request of requests) {
      const shown = blocks[blocks.indexOf(request) + 1]?.text ?? '';
      let answer = '';
      const isShown = async (): Promise<boolean> => {
        answer = await terminal.run(withIds(here(request.text)));
        return isTheAnswer(answer, here(shown));
      };
      await until(`${request.text} is answered\n${shown}`, isShown, 20_000);
      ids.set(idOf(shown), idOf(answer));
      if (requests.indexOf(request) === 0) await pay(answer);
    }
  }, 60_000);

  it('breaks the bank with commands that work', async () => {
    for (const { text } of blocksOf('README.md', 'Break it').filter(({ language }) => language === 'sh')) {
      expect(await terminal.run(here(text.replace('curl', 'curl --fail')))).toContain('{');
    }
  });
});
