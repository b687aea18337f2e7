import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate and its key in PEM, as `tls.createServer` takes them. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

interface Identity extends Certificate {
  readonly name: string;
  readonly privateKey: KeyObject;
}

export interface Wanted {
  /** Subject, and the one DNS name or IPv4 address of the certificate. */
  readonly host: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const DAY_MS = 86_400_000;

/** X.509 in DER, as much of it as tests need: ECDSA with SHA-256 on P-256. */
const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128
      ? Buffer.of(body.length)
      : body.length < 256
        ? Buffer.of(0x81, body.length)
        : Buffer.of(0x82, body.length >> 8, body.length & 0xff);
  return Buffer.concat([Buffer.of(tag), length, body]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes));
const time = (at: Date): Buffer => der(0x18, Buffer.from(`${at.toISOString().replace(/\D/gu, '').slice(0, 14)}Z`));
const bits = (bytes: Buffer): Buffer => der(0x03, Buffer.of(0), bytes);
const nameOf = (text: string): Buffer => sequence(der(0x31, sequence(oid(0x55, 4, 3), der(0x0c, Buffer.from(text)))));
const extension = (id: Buffer, value: Buffer): Buffer => sequence(id, der(0x04, value));
const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{64}/gu, '$&\n')}\n-----END ${label}-----\n`;

const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2));

function issue(subject: string, extensions: Buffer, { notBefore, notAfter }: Partial<Wanted>, by?: Identity): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const from = notBefore ?? new Date(now - DAY_MS);
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ECDSA_SHA256,
    nameOf(by?.name ?? subject),
    sequence(time(from), time(notAfter ?? new Date(now + 365 * DAY_MS))),
    nameOf(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(extensions)),
  );
  const signature = sign('sha256', toBeSigned, by?.privateKey ?? privateKey);
  const cert = pem('CERTIFICATE', sequence(toBeSigned, ECDSA_SHA256, bits(signature)));
  return { cert, key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), name: subject, privateKey };
}

/** Signs certificates of hosts; nobody trusts it unless told to. */
export class CertificateAuthority {
  private readonly self = issue('Test CA', extension(oid(0x55, 0x1d, 0x13), sequence(der(0x01, Buffer.of(0xff)))), {});

  get cert(): string {
    return this.self.cert;
  }

  issue(wanted: Wanted): Certificate {
    const isAddress = /^[\d.]+$/u.test(wanted.host);
    const name = isAddress
      ? der(0x87, Buffer.from(wanted.host.split('.').map(Number)))
      : der(0x82, Buffer.from(wanted.host));
    return issue(wanted.host, extension(oid(0x55, 0x1d, 0x11), sequence(name)), wanted, this.self);
  }
}
