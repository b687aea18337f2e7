import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { type Fault, LoopbackServer, type Reply } from './loopback-server.js';

type Body = Record<string, unknown>;

interface Key {
  readonly id: string;
  readonly material: Buffer;
  enabled: boolean;
}

export const KMS_ACCOUNT = '111122223333';

/** An error of the AWS JSON 1.1 protocol. */
export const kmsError = (type: string, status = 400): Reply & Fault => ({
  status,
  body: { __type: type, message: `${type} in words` },
});

/**
 * The part of AWS KMS in use, over its JSON 1.1 protocol, with real AES-256-GCM inside. Source: KMS API reference.
 * @example
 * const kms = new KmsServer();
 * const endpoint = await kms.listen();
 * const id = kms.create('alias/gateway');
 * kms.aliases.get('alias/gateway'); // => id
 * await kms.close();
 */
export class KmsServer extends LoopbackServer {
  readonly aliases = new Map<string, string>();
  readonly #keys = new Map<string, Key>();

  /** The id of a new symmetric key. */
  create(alias?: string): string {
    const id = randomUUID();
    this.#keys.set(id, { id, material: randomBytes(32), enabled: true });
    if (alias) this.aliases.set(alias, id);
    return id;
  }

  disable(id: string): void {
    const key = this.#keys.get(id);
    if (key) key.enabled = false;
  }

  protected override nameOf({ headers }: IncomingMessage): string {
    return String(headers['x-amz-target']);
  }

  protected override answer({ headers }: IncomingMessage, body: Body): Reply {
    if (!headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=AKIATEST/')) {
      return kmsError('UnrecognizedClientException');
    }
    const key = this.#find(body['KeyId'] as string);
    if (!key) return kmsError('NotFoundException');
    const target = String(headers['x-amz-target']);
    if (target === 'TrentService.DescribeKey') return described(key);
    if (!key.enabled) return kmsError('DisabledException');
    return target === 'TrentService.Encrypt' ? encrypt(key, body) : this.#decrypt(key, body);
  }

  #find(name: string): Key | undefined {
    return this.#keys.get(this.aliases.get(name) ?? name.replace(/^arn:.*:key\//, ''));
  }

  /** The blob itself says which key it is of: the first 36 bytes. */
  #decrypt(key: Key, body: Body): Reply {
    const blob = Buffer.from(body['CiphertextBlob'] as string, 'base64');
    const owner = this.#keys.get(blob.subarray(0, 36).toString());
    if (!owner) return kmsError('InvalidCiphertextException');
    if (owner !== key) return kmsError('IncorrectKeyException');
    return decrypt(key, blob.subarray(36), contextOf(body));
  }
}

const arnOf = (id: string): string => `arn:aws:kms:eu-central-1:${KMS_ACCOUNT}:key/${id}`;

const described = ({ id, enabled }: Key): Reply => ({
  status: 200,
  body: { KeyMetadata: { KeyId: id, Arn: arnOf(id), AWSAccountId: KMS_ACCOUNT, Enabled: enabled } },
});

/** Order of members does not matter. */
const contextOf = (body: Body): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(body['EncryptionContext'] ?? {}).sort()));

function encrypt({ id, material }: Key, body: Body): Reply {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', material, iv).setAAD(contextOf(body));
  const plaintext = Buffer.from(body['Plaintext'] as string, 'base64');
  const blob = Buffer.concat([Buffer.from(id), iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return { status: 200, body: { CiphertextBlob: blob.toString('base64'), KeyId: arnOf(id) } };
}

function decrypt({ id, material }: Key, box: Buffer, context: Buffer): Reply {
  try {
    const decipher = createDecipheriv('aes-256-gcm', material, box.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(context).setAuthTag(box.subarray(-16));
    const plaintext = Buffer.concat([decipher.update(box.subarray(12, -16)), decipher.final()]);
    return { status: 200, body: { Plaintext: plaintext.toString('base64'), KeyId: arnOf(id) } };
  } catch {
    return kmsError('InvalidCiphertextException');
  }
}
