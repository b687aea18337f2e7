import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createWebServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { generateLocalKeys } from '#libs/keystore';
import { startEmbeddedPostgres } from '#libs/embedded-postgres';
import { AppProcess } from '../support/app-process.js';
import { runCommand } from '../support/command-line.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';

/** What an operator reads when a start fails: one sentence that names the variable and says what to do. */
describe('a start that fails', () => {
  let base: string;
  let database: TestDatabase;
  const servers: Server[] = [];
  beforeAll(async () => {
    base = mkdtempSync(path.join(tmpdir(), 'sentences-'));
    database = await createDatabase();
    mkdirSync(path.join(base, 'data'));
    writeFileSync(path.join(base, 'data', 'keystore.json'), JSON.stringify(generateLocalKeys()));
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await database.drop();
    rmSync(base, { recursive: true });
  });

  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const speaking = (onSocket: (socket: Socket) => void): Promise<number> =>
    listen(
      createServer((socket) => {
        onSocket(socket.on('error', () => undefined));
      }),
    );
  const url = (change: (url: URL) => void): string => {
    const changed = new URL(database.url);
    change(changed);
    return changed.href;
  };
  const start = async (env: Record<string, string>): Promise<string> => {
    const own = { DATABASE_URL: database.url, DATA_DIR: path.join(base, 'data'), PORT: String(await freePort()) };
    const { code, output } = await AppProcess.runToEnd('gateway', { env: { ...own, ...env } });
    expect(code).toBe(1);
    const said = output
      .trim()
      .split('\n')
      .filter((line) => !/^(?:\{|Migration ")/u.test(line)); // log lines
    expect(said).toHaveLength(1);
    return said.join();
  };

  it.each<[what: string, url: () => string | Promise<string>, sentence: RegExp]>([
    [
      'a wrong password',
      () => url((u) => (u.password = 'canary')),
      /^DATABASE_URL is refused .*password .*Correct user/u,
    ],
    ['no password', () => url((u) => (u.password = '')), /^DATABASE_URL has no password/u],
    [
      'no such database',
      () => url((u) => (u.pathname = '/ghost')),
      /^DATABASE_URL is refused .*"ghost" does not exist/u,
    ],
    [
      'nobody there',
      () => 'postgres://u:canary@127.0.0.1:1/x',
      /^DATABASE_URL points to a server that does not answer \(127.0.0.1, port 1\)/u,
    ],
    [
      'no such host',
      () => 'postgres://u:canary@no-such-host.invalid/x',
      /^DATABASE_URL points to a server that does not answer/u,
    ],
    [
      'a web server',
      async () => `postgres://u:canary@127.0.0.1:${await listen(createWebServer())}/x`,
      /^DATABASE_URL points to something that is no Postgres/u,
    ],
    [
      'MySQL',
      async () =>
        `postgres://u:canary@127.0.0.1:${await speaking((s) => s.write(Buffer.from('4a0000000a382e302e333600', 'hex')))}/x`,
      /^DATABASE_URL points to something that is no Postgres/u,
    ],
    [
      'what closes at once',
      async () => `postgres://u:canary@127.0.0.1:${await speaking((s) => s.end())}/x`,
      /^DATABASE_URL points to something that is no Postgres/u,
    ],
    [
      'TLS with a server that has none',
      () => url((u) => (u.search = '?sslmode=verify-full')),
      /^DATABASE_URL asks for TLS, which the server does not speak/u,
    ],
    [
      'a CA file that is not there',
      () => url((u) => (u.search = '?sslmode=verify-full&sslrootcert=/no/ca.pem')),
      /^DATABASE_URL names a file that does not exist \(\/no\/ca.pem\)/u,
    ],
  ])(
    '%s',
    async (_what, address, sentence) => {
      const { code, stderr } = await runCommand(['accounts', 'list'], { DATABASE_URL: await address() });
      expect(code).toBe(1);
      expect(stderr).toMatch(sentence);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).not.toContain('canary');
    },
    120_000,
  );

  it.each<[what: string, address: () => string | Promise<string>, sentence: RegExp]>([
    ['a wrong password', () => url((u) => (u.password = 'canary')), /^DATABASE_URL is refused .*password/u],
    [
      'what says nothing',
      async () => `postgres://u:canary@127.0.0.1:${await speaking(() => undefined)}/x`,
      /^DATABASE_URL points to a server that does not answer as a Postgres does/u,
    ],
  ])(
    '%s: the gateway says what a command says, and ends',
    async (_what, address, sentence) => {
      const env = { DATABASE_URL: await address() };
      const [said, command] = await Promise.all([start(env), runCommand(['accounts', 'list'], env)]);
      expect(said).toMatch(sentence);
      expect(command.stderr.trim()).toBe(said);
    },
    120_000,
  );

  it('a role that may not make tables', async () => {
    const role = `guest_${path.basename(base).replace(/\W/gu, '').toLowerCase()}`;
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'canary'`);
    try {
      const address = url((u) => {
        u.username = role;
        u.password = 'canary';
      });
      expect(await start({ DATABASE_URL: address })).toMatch(
        /^The role of DATABASE_URL may not make tables .*GRANT CREATE ON SCHEMA public/u,
      );
      await database.query(`ALTER ROLE ${role} SET search_path = 'nowhere'`);
      expect(await start({ DATABASE_URL: address })).toMatch(
        /^The role of DATABASE_URL has no schema to make tables in/u,
      );
    } finally {
      await database.query(`DROP ROLE ${role}`);
    }
  }, 120_000);

  it('a database of another program, and one that is read-only', async () => {
    const other = await createDatabase();
    await other.query('CREATE TABLE migrations (id serial, name text, timestamp bigint)');
    await other.query(`INSERT INTO migrations (name, timestamp) VALUES ('Theirs1', 1)`);
    expect(await start({ DATABASE_URL: other.url })).toMatch(/^DATABASE_URL is a database that another program uses/u);
    await other.query('DROP TABLE migrations; CREATE TABLE payment (id int)');
    expect(await start({ DATABASE_URL: other.url })).toMatch(/^DATABASE_URL is a database that another program uses/u);
    await other.drop();
    const standby = await createDatabase();
    await standby.query(
      `ALTER DATABASE ${new URL(standby.url).pathname.slice(1)} SET default_transaction_read_only = on`,
    );
    expect(await start({ DATABASE_URL: standby.url })).toMatch(/^DATABASE_URL leads to a read-only server/u);
    await standby.drop();
  }, 120_000);

  it('HOST and PORT that cannot be listened on', async () => {
    expect(await start({ HOST: '192.0.2.1' })).toMatch(
      /^HOST is not an address of this machine \(192.0.2.1, EADDRNOTAVAIL\)/u,
    );
    expect(await start({ HOST: 'no-such-host.invalid' })).toMatch(/^HOST is not an address of this machine/u);
  }, 120_000);

  it('no database, and a port for one that is none', async () => {
    expect(await start({ DATABASE_URL: '' })).toMatch(/^DATABASE_URL is missing: .*"npm start" brings one/u);
    const inProduction = await runCommand(['accounts', 'list'], { NODE_ENV: 'production' });
    expect(inProduction.stderr).toMatch(/^DATABASE_URL is missing/mu);
    const { stderr } = await runCommand(['accounts', 'list'], { POSTGRES_PORT: 'x' });
    expect(stderr.trim()).toBe('POSTGRES_PORT must be a TCP port from 0 to 65535');
  }, 60_000);

  it('a DATA_DIR that cannot be used', async () => {
    const file = path.join(base, 'a-file');
    writeFileSync(file, '');
    const demo = { DATA_DIR: path.join(file, 'data'), DATABASE_URL: '' };
    const code = path.join(base, 'service-code');
    writeFileSync(code, 'code');
    const settings = { name: 'Shop', environment: 'test', 'base-url': 'http://127.0.0.1:1', 'merchant-id': 'm' };
    const options = Object.entries({ ...settings, 'service-code-file': code }).flatMap(([name, value]) => [
      `--${name}`,
      value,
    ]);
    expect((await runCommand(['accounts', 'create', ...options], demo)).stderr).toMatch(
      /^The database cannot be kept in .*set DATA_DIR/u,
    );
    expect(await start({ DATA_DIR: path.join(file, 'data') })).toMatch(
      /^KEYSTORE_KEYS_FILE cannot be (made|read)|^KEYSTORE_KEYS_FILE names/u,
    );
  }, 120_000);

  it('a server whose certificate nobody vouches for, which works with its CA', async () => {
    const certificate = path.join(base, 'server.crt');
    const key = path.join(base, 'server.key');
    const openssl = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
    ];
    execFileSync('openssl', [...openssl, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const postgres = await startEmbeddedPostgres({
      dataDir: path.join(base, 'tls', 'postgres'),
      port: await freePort(),
      fsync: false,
    });
    try {
      await speakTls(postgres.url, certificate, key);
      const address = new URL(postgres.url);
      address.hostname = 'localhost';
      const withMode = (search: string): string => `${address.href}?${search}`;
      expect(await start({ DATABASE_URL: withMode('sslmode=verify-full') })).toMatch(
        /^DATABASE_URL leads to a server whose certificate is not trusted .*sslrootcert/u,
      );
      const named = new URL(postgres.url);
      expect(await start({ DATABASE_URL: `${named.href}?sslmode=verify-full&sslrootcert=${certificate}` })).toMatch(
        /^DATABASE_URL names the server by another name than its certificate/u,
      );
      const env = {
        DATABASE_URL: withMode(`sslmode=verify-full&sslrootcert=${certificate}`),
        DATA_DIR: path.join(base, 'tls'),
      };
      const gateway = await AppProcess.start('gateway', { env: { ...env, PORT: String(await freePort()) } });
      expect(await gateway.stop()).toEqual({ code: 0, signal: null });
    } finally {
      await postgres.stop();
    }
  }, 120_000);
});

/** Switches TLS on in a running server, without a restart. */
async function speakTls(address: string, certificate: string, key: string): Promise<void> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  const { rows } = await client.query<{ directory: string }>(`SELECT current_setting('data_directory') AS directory`);
  const directory = rows[0]!.directory;
  const owner = statSync(directory);
  for (const [from, name] of [
    [certificate, 'server.crt'],
    [key, 'server.key'],
  ] as const) {
    const to = path.join(directory, name);
    copyFileSync(from, to);
    chmodSync(to, 0o600);
    chownSync(to, owner.uid, owner.gid);
  }
  await client.query('ALTER SYSTEM SET ssl = on');
  await client.query('SELECT pg_reload_conf()');
  await client.end();
}
