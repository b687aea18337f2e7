import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { CertificateAuthority } from '../../test/certificate.js';
import { AllianceTransport, readTransportFailure } from './alliance-transport.js';
import { type AllianceOptions } from '../module/alliance.module-definition.js';
import { BankClock } from './bank-clock.js';

const DAY_MS = 86_400_000;
const HOST = '127.0.0.1';

describe('a bank that cannot be talked to', () => {
  const ca = new CertificateAuthority();
  const stranger = new CertificateAuthority();
  const usual = getCACertificates('default');
  const servers: Server[] = [];
  let transport: AllianceTransport;

  beforeAll(() => {
    setDefaultCACertificates([...usual, ca.cert]);
  });
  beforeEach(() => {
    transport = new AllianceTransport({ timeoutMs: 5_000 } as AllianceOptions, new BankClock({}));
  });
  afterEach(async () => {
    await transport.onApplicationShutdown();
    for (const server of servers.splice(0)) server.close();
  });
  afterAll(() => {
    setDefaultCACertificates(usual);
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    return (server.address() as AddressInfo).port;
  }
  const serve = (options: ServerOptions): Promise<number> =>
    listen(createHttpsServer(options, (_request, response) => response.end('{}')));
  const failureOf = async (url: string): Promise<unknown> =>
    transport.bare.post(url, '{}').then(
      () => 'answered',
      (error: unknown) => readTransportFailure(error),
    );

  it('answers under a certificate of an authority that is trusted', async () => {
    const port = await serve(ca.issue({ host: HOST }));
    expect(await failureOf(`https://${HOST}:${port}/`)).toBe('answered');
  });

  it.each<[string, () => ServerOptions, string]>([
    ['of an unknown authority', () => stranger.issue({ host: HOST }), 'certificate_untrusted'],
    ['signed by itself', () => selfSigned(), 'certificate_untrusted'],
    [
      'that has expired',
      () =>
        ca.issue({ host: HOST, notBefore: new Date(Date.now() - 9 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) }),
      'certificate_expired',
    ],
    [
      'that is not valid yet',
      () => ca.issue({ host: HOST, notBefore: new Date(Date.now() + DAY_MS) }),
      'certificate_not_yet_valid',
    ],
    ['of another host', () => ca.issue({ host: 'bank.example' }), 'certificate_wrong_host'],
    ['of another address', () => ca.issue({ host: '127.0.0.2' }), 'certificate_wrong_host'],
  ])('a certificate %s has a reason of its own, and nothing was sent', async (_what, options, reason) => {
    const port = await serve(options());
    expect(await failureOf(`https://${HOST}:${port}/`)).toEqual({ reason, neverSent: true });
  });

  const selfSigned = (): ServerOptions => {
    const issuer = new CertificateAuthority() as unknown as { self: { cert: string; key: string } };
    return { cert: issuer.self.cert, key: issuer.self.key };
  };

  it('no TLS at all: a protocol of its own', async () => {
    const port = await listen(createHttpServer((_request, response) => response.end('{}')));
    expect(await failureOf(`https://${HOST}:${port}/`)).toEqual({ reason: 'tls_protocol', neverSent: true });
  });

  it('an old version of TLS only', async () => {
    const port = await serve({ ...ca.issue({ host: HOST }), maxVersion: 'TLSv1.1', minVersion: 'TLSv1' });
    expect(await failureOf(`https://${HOST}:${port}/`)).toEqual({ reason: 'tls_protocol', neverSent: true });
  });

  it.each([
    ['closes', (port: number) => `https://${HOST}:${port}/`],
    ['is not there', () => `https://${HOST}:1/`],
    ['has no such name', () => 'https://bank.invalid/'],
  ])('a host that %s before a connection is there', async (_what, urlOf) => {
    const port = await listen(createTcpServer((socket) => socket.destroy()));
    expect(await failureOf(urlOf(port))).toEqual({ reason: 'not_connected', neverSent: true });
  });

  it('a connection that is lost once it was there is doubt', async () => {
    const port = await listen(createHttpServer((request) => request.socket.destroy()));
    expect(await failureOf(`http://${HOST}:${port}/`)).toEqual({ reason: 'connection_reset', neverSent: false });
  });
});
