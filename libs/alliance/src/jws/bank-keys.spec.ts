import { generateKeyPairSync } from 'node:crypto';
import { BANK_KEY_ENDPOINTS, BankKeys, type BankKeysOptions } from './bank-keys.js';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const DER = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const JWK = publicKey.export({ format: 'jwk' });
const bytes = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const unknownKey = (reason: string): Error =>
  expect.objectContaining({ code: 'ALLIANCE_UNKNOWN_BANK_KEY', reason }) as Error;

/** A bank whose payment endpoint knows some ids; every question is kept. */
function aBank(answers: Readonly<Record<string, unknown>>, over: Partial<BankKeysOptions> = {}) {
  const asked: string[] = [];
  const news: string[] = [];
  const clock = { now: 0 };
  const keys = new BankKeys({
    clock: () => clock.now,
    onNewKey: (kid) => news.push(kid),
    fetch: async (endpoint, kid) => {
      asked.push(`${endpoint} ${kid}`);
      await new Promise((resolve) => setImmediate(resolve));
      const answer = answers[kid] ?? answers[`${endpoint} ${kid}`];
      return answer === undefined ? undefined : bytes(answer);
    },
    ...over,
  });
  return { keys, asked, news, clock };
}

describe('BankKeys', () => {
  it.each([
    ['PEM in publicKey', { publicKey: PEM }],
    ['PEM in public_key', { public_key: PEM }],
    ['base64 SPKI in key', { key: DER }],
    ['a JWK', { publicKey: JWK }],
    ['bare PEM', PEM],
  ])('reads %s', async (_name, answer) => {
    const { keys } = aBank({ k: answer });
    expect((await keys.get('k', 'answer')).equals(publicKey)).toBe(true);
  });

  it('asks once for one id, however many want it, then never again, and tells of the new key', async () => {
    const { keys, asked, news } = aBank({ k: { publicKey: PEM } });
    await Promise.all(Array.from({ length: 20 }, () => keys.get('k', 'answer')));
    await keys.get('k', 'callback');
    expect([asked, news]).toEqual([[`${BANK_KEY_ENDPOINTS[0]} k`], ['k']]);
  });

  it('tries the other endpoint, and forgets an unknown id after a minute', async () => {
    const { keys, asked, clock } = aBank({ [`${BANK_KEY_ENDPOINTS[1]} r`]: { publicKey: PEM } });
    expect((await keys.get('r', 'answer')).equals(publicKey)).toBe(true);
    await expect(keys.get('x', 'answer')).rejects.toThrow(unknownKey('not_known'));
    await expect(keys.get('x', 'answer')).rejects.toThrow(unknownKey('not_known'));
    expect(asked.filter((question) => question.endsWith(' x'))).toHaveLength(2);
    clock.now = 60_000;
    await expect(keys.get('x', 'answer')).rejects.toThrow(unknownKey('not_known'));
    expect(asked.filter((question) => question.endsWith(' x'))).toHaveLength(4);
  });

  it('lets a storm of strange ids in callbacks cost one question a second, and answers nothing of it', async () => {
    const { keys, asked, clock } = aBank({ k: { publicKey: PEM } });
    const storm = await Promise.allSettled(Array.from({ length: 500 }, (_none, n) => keys.get(`x${n}`, 'callback')));
    expect(storm.filter(({ status }) => status === 'rejected')).toHaveLength(500);
    expect(asked).toHaveLength(2); // both endpoints, for the first id
    expect((await keys.get('k', 'answer')).equals(publicKey)).toBe(true);
    clock.now = 1_000;
    await expect(keys.get('y', 'callback')).rejects.toThrow(unknownKey('not_known'));
  });

  it('never asks for a pinned key, and never lets an id mean another', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    const answer = { publicKey: other.export({ type: 'spki', format: 'pem' }) };
    const { keys, asked, news } = aBank({ k: answer }, { pinned: { k: PEM } });
    expect((await keys.get('k', 'answer')).equals(publicKey)).toBe(true);
    expect([asked, news]).toEqual([[], []]);
  });

  it.each([
    [
      'a key nobody should use',
      {
        publicKey: generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
          type: 'spki',
          format: 'pem',
        }),
      },
    ],
    ['a page', '<html>'],
    ['another object', { error: 'x' }],
    ['broken JSON', '{"publicKey":'],
  ])('takes %s for no key', async (_name, answer) => {
    const { keys } = aBank({ k: answer });
    await expect(keys.get('k', 'answer')).rejects.toThrow(unknownKey('not_known'));
  });

  it('remembers no failure of the connection', async () => {
    let down = true;
    const { keys } = aBank(
      {},
      {
        fetch: () => (down ? Promise.reject(new Error('not connected')) : Promise.resolve(bytes({ publicKey: PEM }))),
      },
    );
    await expect(keys.get('k', 'answer')).rejects.toThrow('not connected');
    down = false;
    expect((await keys.get('k', 'answer')).equals(publicKey)).toBe(true);
  });
});
