import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import { type AddressInfo } from 'node:net';

/** Tags of ASN.1 in DER. Source: X.690. */
const TAG = { integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, text: 0x0c, time: 0x18, sequence: 0x30, set: 0x31 };

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

const ECDSA_SHA256 = der(TAG.sequence, der(TAG.oid, Buffer.from('2a8648ce3d040302', 'hex')));
const COMMON_NAME = der(TAG.oid, Buffer.from('550403', 'hex'));
const ALT_NAME = der(TAG.oid, Buffer.from('551d11', 'hex'));

/** A certificate for this machine that nobody but itself vouches for. @returns both halves as PEM */
export function selfSigned(host = '127.0.0.1'): { readonly key: string; readonly cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = der(TAG.sequence, der(TAG.set, der(TAG.sequence, COMMON_NAME, der(TAG.text, Buffer.from(host)))));
  const time = (text: string): Buffer => der(TAG.time, Buffer.from(text));
  const address = der(0x87, Buffer.from(host.split('.').map(Number))); // iPAddress. Source: RFC 5280, 4.2.1.6
  const alternative = der(TAG.sequence, ALT_NAME, der(TAG.octets, der(TAG.sequence, address)));
  const body = der(
    TAG.sequence,
    der(0xa0, der(TAG.integer, Buffer.of(2))), // version 3
    der(TAG.integer, Buffer.of(1)),
    ECDSA_SHA256,
    name,
    der(TAG.sequence, time('20200101000000Z'), time('21200101000000Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(TAG.sequence, alternative)),
  );
  const signature = der(TAG.bits, Buffer.of(0), sign('sha256', body, privateKey));
  const text = der(TAG.sequence, body, ECDSA_SHA256, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
  };
}

export interface TlsServer {
  readonly url: URL;
  /** Requests that came through the handshake. */
  readonly requests: readonly string[];
  /** How often somebody came as far as the handshake. */
  readonly connections: number;
  stop(): Promise<void>;
}

/** Answers everything with `{}`, under a certificate that nobody has reason to trust. */
export async function startUntrustedServer(): Promise<TlsServer> {
  const requests: string[] = [];
  let connections = 0;
  const server: Server = createServer(selfSigned(), (request, response) => {
    requests.push(request.url ?? '');
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    requests,
    get connections() {
      return connections;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
