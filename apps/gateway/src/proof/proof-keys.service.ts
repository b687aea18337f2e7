import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Keystore } from '#libs/keystore';
import { type ProofKeySet } from './statement.js';
import { type NewProofKey, ProofKeyRepository, type ProofKeyRow, proofKeyPlace } from './store/proof-key.repository.js';
import { PROOF_ALG, type PublicKeyOfProofs, thumbprintOf } from './jws/compact-jws.js';

export interface ProofSigner {
  readonly kid: string;
  readonly key: KeyObject;
}

/** The keys of proofs. The first is made when it is needed; nothing of a private half ever comes out. */
@Injectable()
export class ProofKeysService {
  constructor(
    private readonly keys: ProofKeyRepository,
    private readonly keystore: Keystore,
  ) {}

  /** Read each time, so that a key that was retired signs nothing any more, in whichever process. */
  async signer(): Promise<ProofSigner> {
    const row = (await this.keys.signing()) ?? (await this.makeFirst());
    const pkcs8 = Buffer.from(await this.keystore.open(row.privateSealed, proofKeyPlace(row.id)));
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    pkcs8.fill(0);
    return { kid: row.id, key };
  }

  /** Public halves of all keys that ever signed; there is one at least. */
  async publicKeys(): Promise<ProofKeySet> {
    if (!(await this.keys.signing())) await this.makeFirst();
    return this.list();
  }

  /** As {@link publicKeys}, and nothing is written: there may be none yet. */
  async list(): Promise<ProofKeySet> {
    return { keys: (await this.keys.all()).map(viewOf) };
  }

  /** Makes a new key that signs from now on. The one before is destroyed, but for its public half. */
  async rotate(): Promise<ProofKeySet> {
    await this.keys.replace(await this.make());
    return this.list();
  }

  private async makeFirst() {
    await this.keys.addFirst(await this.make());
    const row = await this.keys.signing();
    if (!row) throw new Error('the key of proofs that was just made is not there');
    return row;
  }

  private async make(): Promise<NewProofKey> {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const publicJwk: PublicKeyOfProofs = { kty: 'EC', crv: 'P-256', x, y };
    const id = `proof_${thumbprintOf(publicJwk)}`; // a bare thumbprint may begin with "-", as options do
    const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
    const privateSealed = await this.keystore.seal(pkcs8, proofKeyPlace(id));
    pkcs8.fill(0);
    return { id, publicJwk, privateSealed };
  }
}

const viewOf = ({
  id,
  publicJwk: { kty, crv, x, y },
  createdAt,
  retiredAt,
}: ProofKeyRow): ProofKeySet['keys'][number] => ({
  ...{ kty, crv, x, y, use: 'sig', alg: PROOF_ALG, kid: id },
  createdAt: createdAt.toISOString(),
  retiredAt: retiredAt?.toISOString() ?? null,
});
