import { readFileSync } from 'node:fs';
import { type DcmError, DcmVerifier, FixedKeySet, InMemoryReplayMemory, type Signer } from '../index.js';

interface Vector {
  readonly id: string;
  readonly profile: 'authorization' | 'request' | 'callback-body' | 'order';
  readonly key_set: string;
  readonly token: string;
  readonly seen_jti?: readonly string[];
  readonly expect: { readonly accept: boolean; readonly reason?: string };
}
interface Vectors {
  readonly now: number;
  readonly key_sets: Readonly<Record<string, { readonly keys: readonly unknown[] }>>;
  readonly vectors: readonly Vector[];
}

const { now, key_sets, vectors } = JSON.parse(
  readFileSync('test/fixtures/dcm/verification-vectors.json', 'utf8'),
) as Vectors;
const clock = (): Date => new Date(now * 1000);

async function verify({ profile, key_set, token, seen_jti = [] }: Vector): Promise<unknown> {
  const signer: Signer = { name: key_set, keys: new FixedKeySet(key_sets[key_set]!.keys) };
  const replay = new InMemoryReplayMemory(clock);
  const kid = 'bank-vector-a';
  for (const jti of seen_jti) await replay.claim({ signer: key_set, kid, jti }, new Date((now + 660) * 1000));
  const verifier = new DcmVerifier(new FixedKeySet([]), { clock, replay });
  const verdicts = {
    authorization: () => verifier.authorization(token, signer),
    request: () => verifier.request(token, signer),
    'callback-body': () => verifier.callbackBody(token, { signer }),
    order: () => verifier.order(token, () => signer),
  };
  return verdicts[profile]();
}

describe('the published verification vectors', () => {
  it('are 48', () => {
    expect(vectors).toHaveLength(48);
  });

  it.each(vectors.map((vector) => [vector.id, vector] as const))('%s', async (_, vector) => {
    const verdict = await verify(vector).then(
      () => 'accepted',
      (error: unknown) => (error as DcmError).code,
    );
    const { accept, reason = '' } = vector.expect;
    expect(verdict).toBe(accept ? 'accepted' : `DCM_${reason.toUpperCase()}`);
  });
});
