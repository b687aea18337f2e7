import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Bank } from '../bank/bank.js';
import { BankError } from '../protocol/bank-error.js';
import { parseObject } from '../protocol/body-codec.js';
import { decryptCompact, encryptCompact, parsePrivateJwk, parsePublicJwk } from '../protocol/jwe.js';

type Query = Readonly<Record<string, string | undefined>>;
type CipherRequest = FastifyRequest<{ Querystring: Query }>;
type Cipher = (message: string, key: unknown) => Promise<string>;

/** Section b.9. Only for keys made to try things out: the private one travels in the body. */
const CIPHERS: Readonly<Record<string, Cipher>> = {
  '/cipher/encrypt_by_jwk': (message, key) => encryptCompact(message, parsePublicJwk(key)),
  '/ecom/help/encrypt_by_jwk': (message, key) => encryptCompact(message, parsePublicJwk(key)),
  '/cipher/decrypt_by_jwk': (message, key) => decryptCompact(message, parsePrivateJwk(key)),
};

const refuse = (reply: FastifyReply, error: BankError): FastifyReply =>
  reply.code(error.httpStatus).send(error.toEnvelope(undefined, 'cipher'));

async function run(cipher: Cipher, { query, body }: CipherRequest, reply: FastifyReply): Promise<FastifyReply> {
  try {
    const key = parseObject(typeof body === 'string' ? body : '');
    const text = await cipher(query['message'] ?? '', key);
    return await reply.header('content-type', 'text/plain; charset=utf-8').send(text);
  } catch (error) {
    return refuse(reply, error instanceof BankError ? error : new BankError('b_encryptor_failed_decrypt_message'));
  }
}

/** The helpers of the release host: not there unless they are switched on. */
export function registerCipherRoutes(app: FastifyInstance, bank: Bank): void {
  for (const [path, cipher] of Object.entries(CIPHERS)) {
    app.post(path, (request: CipherRequest, reply) => {
      if (bank.personalities.servesCipherHelpers(path)) return run(cipher, request, reply);
      return refuse(reply, new BankError('b_service_unavailable', { attrs: { service: 'cipher' } }));
    });
  }
}
