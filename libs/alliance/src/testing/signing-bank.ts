import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { CompactSign } from 'jose';

/** A call that has arrived, its signature verified. */
export interface SignedRequest {
  readonly path: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
  readonly contentType: string;
}
/** An answer: compact JWS, or whatever a test wants to see refused. Status 200 where none is given. */
export interface SignedReply {
  readonly status?: number;
  readonly body: string;
}

/**
 * A bank of Authorization 2.0 on a real socket, with a crypto of its own.
 * @example
 * const bank = await SigningBank.start();
 * bank.answer = ({ body }) => bank.signed({ ...body, status: 'SUCCESS' });
 * bank.requests.length; // => 0
 * await bank.stop();
 */
export class SigningBank {
  readonly requests: SignedRequest[] = [];
  /** Ids that the key endpoints were asked for, with the endpoint's path. */
  readonly keyQuestions: string[] = [];
  readonly merchantKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly merchantKid = randomUUID();
  bankKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  bankKid = randomUUID();
  /** What the key endpoints know beside the bank's own key. */
  readonly alsoKnows = new Map<string, KeyObject>();
  /** HTTP status of the key endpoints; 200 with the key where undefined. */
  keyStatus: number | undefined;
  answer: (request: SignedRequest) => SignedReply | undefined | Promise<SignedReply | undefined> = () => undefined;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      void this.handle(request).then((reply) => {
        if (!reply) {
          request.socket.resetAndDestroy();
          return;
        }
        response.writeHead(reply.status ?? 200, { 'Content-Type': 'text/plain; charset=utf-8' });
        response.end(reply.body);
      });
    });
  }

  static async start(): Promise<SigningBank> {
    const bank = new SigningBank();
    await new Promise<void>((resolve) => bank.server.listen(0, '127.0.0.1', resolve));
    return bank;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A token of the bank, or of whoever holds `key`; `header` adds to `alg` and `kid`, the only members of a bank. */
  sign(body: object, key: KeyObject = this.bankKeys.privateKey, header: object = {}): Promise<string> {
    return new CompactSign(Buffer.from(JSON.stringify(body)))
      .setProtectedHeader({ alg: 'ES256', kid: this.bankKid, ...header })
      .sign(key);
  }

  async signed(body: object, status = 200): Promise<SignedReply> {
    return { status, body: await this.sign(body) };
  }

  /** The bank signs with another key from now on. */
  rotate(): void {
    this.bankKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.bankKid = randomUUID();
  }

  private async handle(request: IncomingMessage): Promise<SignedReply | undefined> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString();
    const path = request.url ?? '';
    if (path.includes('public_key')) return this.giveKey(path, raw);
    const seen = this.accepted(path, raw, request.headers['content-type'] ?? '');
    if (!seen) return { status: 401, body: '{"msgCode":"b_invalid_request","msgType":"ERROR"}' };
    this.requests.push(seen);
    return this.answer(seen);
  }

  /** Undefined unless the merchant has signed it, for this path and in milliseconds; whatever the hour is. */
  private accepted(path: string, token: string, contentType: string): SignedRequest | undefined {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const key = { key: createPublicKey(this.merchantKeys.privateKey), dsaEncoding: 'ieee-p1363' as const };
    const isSigned = verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
    if (!isSigned) return undefined;
    const seen = { path, header: decode(header), body: decode(payload), contentType };
    const { ts, targetUrl } = seen.header;
    return targetUrl === path && /^\d{13}$/.test(String(ts)) ? seen : undefined;
  }

  private giveKey(path: string, raw: string): SignedReply {
    const { kid } = JSON.parse(raw) as { kid: string };
    this.keyQuestions.push(`${path} ${kid}`);
    if (this.keyStatus !== undefined) return { status: this.keyStatus, body: '' };
    const key = kid === this.bankKid ? this.bankKeys.publicKey : this.alsoKnows.get(kid);
    if (!key) return { status: 404, body: '{}' };
    return { body: JSON.stringify({ publicKey: key.export({ type: 'spki', format: 'pem' }) }) };
  }
}

const decode = (segment: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(segment, 'base64url').toString()) as Record<string, unknown>;
