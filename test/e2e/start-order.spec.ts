import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addLocalKek, generateLocalKeys, type LocalKeys, parseLocalKeys } from '#libs/keystore';
import { COMMANDS } from '../../apps/gateway/src/app/commands.js';
import { usageOf } from '../../apps/gateway/src/cli/command-input.js';
import { namesOf } from '../../apps/gateway/src/cli/run-cli.js';
import { APP_ENVIRONMENT } from '../support/app-environment.js';
import { AppProcess } from '../support/app-process.js';
import { runCommand } from '../support/command-line.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { type Stack, startStack } from '../support/stack.js';

const TABLES = `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
const all = namesOf(COMMANDS);
const reading = [...all]
  .filter(([, { command }]) => command.accessOf({}) === 'reads')
  .map(([name, found]) => ({ name, places: usageOf(found).match(/<\w+>/gu) ?? [] }));
/** Those that need no more than an account that there is. */
const runnable = reading
  .filter(({ places }) => places.length < 2)
  .map(({ name, places }) => ({ name, wantsAccount: places.length === 1 }));
const asArgs = (name: string, account?: string): string[] => [...name.split(' '), ...(account ? [account] : [])];
const isOneSentence = (text: string): boolean => text.trim().split('\n').length === 1 && text.trim().endsWith('.');

it('knows which commands read', () => {
  const notes = ['dcm-callbacks show']; // a look at what names accounts is noted in the audit
  const names = [...all.keys()].filter((name) => /list|show|status|audit|decisions|reviews|reports/u.test(name));
  expect(reading.map(({ name }) => name).toSorted()).toEqual(names.filter((name) => !notes.includes(name)).toSorted());
  expect(all.get('keys rotate')!.command.accessOf({ dryRun: true })).toBe('reads');
  expect(all.get('keys rotate')!.command.accessOf({ dryRun: false })).toBe('writes');
});

describe('a command where nothing is installed', () => {
  let base: string;
  let dataDir: string;
  let database: TestDatabase;
  beforeAll(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'nothing-'));
    dataDir = path.join(base, 'data');
    database = await createDatabase();
  });
  afterAll(async () => {
    await database.drop();
    await rm(base, { recursive: true });
  });

  // Every command passes the same gate: some of each kind will do.
  it.each([
    ['accounts', 'list'],
    ['dcm', 'decisions'],
    ['keys', 'rotate'],
  ])(
    '%s %s makes no installation, in an empty folder or an empty database',
    async (...args) => {
      const env = {
        DCM_BASE_URL: 'http://127.0.0.1:1/dcm',
        DCM_COUNTERPARTY_GUID: '5f0c2c1e-6a53-4d0e-9a57-0d1f1c8f3b11',
      };
      for (const where of [{}, { DATABASE_URL: database.url }]) {
        const result = await runCommand(args, { DATA_DIR: dataDir, ...env, ...where });
        expect(result).toMatchObject({
          code: 1,
          stdout: '',
          stderr: expect.stringContaining('There is no installation'),
        });
        expect(isOneSentence(result.stderr)).toBe(true);
      }
      expect(await readdir(base)).toEqual([]);
      expect(await database.query(TABLES)).toEqual([]);
    },
    60_000,
  );

  it('says on standard error that there is no such command', async () => {
    const result = await runCommand(['accounts', 'burn'], { DATA_DIR: dataDir });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    const lines = result.stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe('There is no command "accounts burn".');
    expect(lines[1]).toContain('"accounts list"');
  });
});

describe('an installation', () => {
  let stack: Stack;
  let keys: LocalKeys;
  let keysFile: string;
  let account: string;
  beforeAll(async () => {
    stack = await startStack({ withShop: false, withDcm: true });
    keysFile = path.join(stack.dataDir, 'keystore.json');
    keys = parseLocalKeys(await readFile(keysFile, 'utf8'));
    const [row] = await stack.database.query<{ id: string }>('SELECT id FROM merchant_account');
    account = row!.id;
    await stack.gateway.stop(); // nothing else writes
  }, 90_000);
  afterAll(() => stack.stop());
  afterEach(() => writeFile(keysFile, JSON.stringify(keys)));

  /** What is in every table. */
  async function contents(): Promise<Record<string, string | null>> {
    const tables = await stack.database.query<{ name: string }>(TABLES);
    const all: Record<string, string | null> = {};
    for (const { name } of tables) {
      const [row] = await stack.database.query<{ digest: string | null }>(
        `SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS digest FROM ${name} t`,
      );
      all[name] = row!.digest;
    }
    return all;
  }
  const withFile = async (name: string, content: LocalKeys): Promise<string> => {
    const file = path.join(stack.dataDir, name);
    await writeFile(file, JSON.stringify(content), { mode: 0o600 });
    return file;
  };
  /** A start of the gateway that is refused. */
  const refusal = async (over: Record<string, string>): Promise<string> => {
    const env = { DATABASE_URL: stack.database.url, DATA_DIR: stack.dataDir, PORT: String(await freePort()), ...over };
    const { code, output } = await AppProcess.runToEnd('gateway', { env });
    expect(code).toBe(1);
    return output;
  };

  it.each(runnable)(
    'is not changed by $name, whatever the key file holds',
    async ({ name, wantsAccount }) => {
      const more = addLocalKek(keys);
      const KEYSTORE_KEYS_FILE = await withFile('more.json', more.keys);
      const before = await contents();
      const files = await readdir(stack.dataDir);
      const env = {
        ...{ DATABASE_URL: stack.database.url, DATA_DIR: stack.dataDir, KEYSTORE_KEYS_FILE },
        ...{ DCM_BASE_URL: 'http://127.0.0.1:1/dcm', DCM_COUNTERPARTY_GUID: '5f0c2c1e-6a53-4d0e-9a57-0d1f1c8f3b11' },
      };
      const result = await runCommand(asArgs(name, wantsAccount ? account : undefined), env);
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(await contents()).toEqual(before);
      expect(await readdir(stack.dataDir)).toEqual(files);
    },
    30_000,
  );

  it('starts with the right key file after a start with one that holds a KEK more', async () => {
    await writeFile(keysFile, JSON.stringify(addLocalKek(keys).keys));
    await stack.gateway.restart();
    await stack.gateway.stop();
    await writeFile(keysFile, JSON.stringify(keys));
    await stack.gateway.restart();
    expect((await stack.client.createPayment()).status).toBe(201);
    await stack.gateway.stop();
  }, 60_000);

  it('is not migrated before its keys are checked', async () => {
    const [last] = await stack.database.query<{ name: string; timestamp: string }>(
      'DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations) RETURNING name, timestamp',
    );
    const before = await contents();
    const wrong = await withFile('wrong.json', generateLocalKeys());
    expect(await refusal({ KEYSTORE_KEYS_FILE: wrong })).toMatch(/^The KEK ".*" of this database is not configured/u);
    expect(await refusal({ KEYSTORE_KEYS_FILE: '/no/such/file' })).toContain('restore it from your backup');
    const swapped = { ...keys, keys: { [keys.current]: Object.values(generateLocalKeys().keys)[0]! } };
    expect(await refusal({ KEYSTORE_KEYS_FILE: await withFile('swapped.json', swapped) })).toMatch(
      /^The KEK ".*" is not the one/u,
    );
    expect(await contents()).toEqual(before);
    const read = await runCommand(['sessions', 'list'], { DATABASE_URL: stack.database.url, DATA_DIR: stack.dataDir });
    expect(read).toMatchObject({ code: 1, stderr: expect.stringContaining('of an older version') });
    expect(await contents()).toEqual(before);
    await stack.database.query('INSERT INTO migrations (name, timestamp) VALUES ($1, $2)', [
      last!.name,
      last!.timestamp,
    ]);
  }, 60_000);

  it('does not start under a KEK that was retired: what is sealed under it would be lost with the right file', async () => {
    const next = addLocalKek(keys);
    await stack.database.query(`INSERT INTO kek (id, fingerprint, retired_at) VALUES ('kek_old_v0', 'f', NULL)`);
    await stack.database.query(`UPDATE kek SET retired_at = now() WHERE id = ANY($1)`, [['kek_old_v0', keys.current]]);
    const before = await contents();
    expect(await refusal({ KEYSTORE_KEYS_FILE: await withFile('both.json', next.keys) })).toMatch(
      /^The current KEK ".*" was retired in this database: restore the latest key file/u,
    );
    expect(await contents()).toEqual(before);
    await stack.database.query('UPDATE kek SET retired_at = NULL WHERE id = $1', [keys.current]);
  }, 30_000);
});

describe('the first start in production', () => {
  it('asks for a key file, not for a backup, and leaves the database empty', async () => {
    const database = await createDatabase();
    const file = path.join(tmpdir(), 'never-made', 'keystore.json');
    const env = {
      ...{ NODE_ENV: 'production', DATABASE_URL: database.url, PUBLIC_URL: 'https://pay.example' },
      ...{ KEYSTORE_KEYS_FILE: file, PORT: String(await freePort()) },
    };
    const { code, output } = await AppProcess.runToEnd('gateway', { env });
    expect({ code, output }).toMatchObject({
      code: 1,
      output: expect.stringContaining('nothing is sealed in this database yet'),
    });
    expect(output).not.toContain('restore');
    expect(await database.query(TABLES)).toEqual([]);
    expect(existsSync(path.dirname(file))).toBe(false);
    await database.drop();
  }, 30_000);
});

describe('the job before a release', () => {
  let dataDir: string;
  let database: TestDatabase;
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'job-'));
    database = await createDatabase();
    await writeFile(path.join(dataDir, 'keystore.json'), JSON.stringify(generateLocalKeys()));
  });
  afterAll(async () => {
    await database.drop();
    await rm(dataDir, { recursive: true });
  });

  const migrate = (env: Readonly<Record<string, string>>) =>
    new Promise<{ failed: boolean; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, ['dist/apps/gateway/src/migrate.js'], { env }, (error, stdout, stderr) => {
        resolve({ failed: error !== null, stdout, stderr });
      });
    });

  it('makes the schema and ends; it says what is wrong, and ends with an error', async () => {
    const env = { ...APP_ENVIRONMENT, DATABASE_URL: database.url, DATA_DIR: dataDir };
    expect(await migrate(env)).toEqual({ failed: false, stdout: 'The schema is up to date.\n', stderr: '' });
    expect(await database.query(`${TABLES} AND table_name IN ('payment', 'kek')`)).toHaveLength(2);
    expect(await migrate(env)).toMatchObject({ failed: false }); // again: nothing to do
    const wrong = await migrate({ ...env, DATABASE_URL: 'nonsense' });
    expect(wrong).toMatchObject({ failed: true, stdout: '', stderr: expect.stringContaining('DATABASE_URL') });
  });
});
