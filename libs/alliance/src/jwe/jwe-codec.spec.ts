import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { CompactEncrypt, importJWK } from 'jose';
import { CommunicationKey } from './communication-key.js';
import { readProfile, openJwe, sealJwe } from './jwe-codec.js';

interface JweVector {
  readonly id: string;
  readonly jwe: string;
  readonly wellFormed: boolean;
  readonly decryptableWith: string | null;
  readonly plaintext: string | null;
}
const read = (name: string): unknown => JSON.parse(readFileSync(`test/fixtures/alliance/jwe/${name}.json`, 'utf8'));
const vectors = read('vectors') as JweVector[];
const published = (read('keys') as { id: string; kind: string; polarity: string; jwk: unknown }[]).filter(
  ({ kind, polarity }) => kind === 'private' && polarity === 'positive',
);
const named = (keep: (vector: JweVector) => boolean): [string, JweVector][] =>
  vectors.filter(keep).map((vector) => [vector.id, vector]);

const importPublished = (id: string): Promise<CommunicationKey> =>
  CommunicationKey.import(published.find((key) => key.id === id)?.jwk);
const aKey = (): Promise<CommunicationKey> =>
  CommunicationKey.import(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' }));
const refusal = expect.objectContaining({ code: 'ALLIANCE_JWE_REFUSED' }) as unknown;

const encode = (value: string | object): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

describe('JWE codec', () => {
  describe('published vectors', () => {
    it('are all here', () => {
      expect(vectors).toHaveLength(17);
    });

    it.each(named(({ decryptableWith }) => decryptableWith !== null))('opens %s', async (_id, vector) => {
      const opened = await openJwe(vector.jwe, await importPublished(vector.decryptableWith!));
      expect(Buffer.from(opened).toString()).toBe(vector.plaintext);
    });

    it.each(named(({ wellFormed, decryptableWith }) => wellFormed && decryptableWith === null))(
      '%s is well formed and opens with no published key',
      async (_id, { jwe }) => {
        expect(() => {
          readProfile(jwe);
        }).not.toThrow();
        for (const { id } of published) {
          await expect(openJwe(jwe, await importPublished(id))).rejects.toMatchObject({ reason: 'undecryptable' });
        }
      },
    );

    it.each(named(({ wellFormed }) => !wellFormed))('refuses the truncated %s', async (_id, { jwe }) => {
      await expect(openJwe(jwe, await aKey())).rejects.toMatchObject({
        code: 'ALLIANCE_JWE_REFUSED',
        reason: 'malformed',
      });
    });
  });

  describe('profile', () => {
    const { jwe, decryptableWith } = vectors[0]!;
    const [header, ...rest] = jwe.split('.') as [string, string, string, string, string];
    const members = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>;
    const withHeader = (value: string | object): string => [encode(value), ...rest].join('.');
    const { epk } = members as { epk: { x: string } };

    it.each<[string, string]>([
      ['zip', withHeader({ ...members, zip: 'DEF' })],
      ['crit', withHeader({ ...members, crit: ['b64'] })],
      ['apu', withHeader({ ...members, apu: 'QQ' })],
      ['apv', withHeader({ ...members, apv: 'QQ' })],
      ['a changed kid', withHeader({ ...members, kid: '1' })], // the header is authenticated
      ['another alg', withHeader({ ...members, alg: 'ECDH-ES+A128KW' })],
      ['alg none', withHeader({ ...members, alg: 'none' })],
      ['direct agreement', withHeader({ ...members, alg: 'ECDH-ES' })],
      ['another enc', withHeader({ ...members, enc: 'A128GCM' })],
      ['no epk', withHeader({ alg: members['alg'], enc: members['enc'] })],
      ['an epk off the curve', withHeader({ ...members, epk: { ...epk, x: 'A'.repeat(64) } })],
      ['a short epk', withHeader({ ...members, epk: { ...epk, x: epk.x.slice(1) } })],
      ['an epk on P-256', withHeader({ ...members, epk: { ...epk, crv: 'P-256' } })],
      ['a duplicate alg', withHeader('{"alg":"none","alg":"ECDH-ES+A256KW"}')],
      ['a header of 5 KB', withHeader({ ...members, epk: { ...epk, pad: 'x'.repeat(5000) } })],
      ['a header that is an array', withHeader('[]')],
      ['a header that is no JSON', withHeader('alg')],
      ['a short encrypted key', [header, rest[0].slice(0, -4), rest[1], rest[2], rest[3]].join('.')],
      ['a short iv', [header, rest[0], rest[1].slice(0, -4), rest[2], rest[3]].join('.')],
      ['a short tag', [header, rest[0], rest[1], rest[2], rest[3].slice(0, 6)].join('.')],
      ['a 4-byte tag', [header, rest[0], rest[1], rest[2], 'AAAAAA'].join('.')],
      ['no tag', [header, rest[0], rest[1], rest[2], ''].join('.')],
      ['six segments', `${jwe}.`],
      ['four segments', rest.join('.')],
      ['a line break', `${jwe}\n`],
      ['padding', `${jwe}==`],
      ['over a megabyte', `${jwe}${'A'.repeat(1 << 20)}`],
      ['nothing', ''],
    ])('refuses %s', async (_name, text) => {
      await expect(openJwe(text, await importPublished(decryptableWith!))).rejects.toEqual(refusal);
    });

    it.each(['A128GCM', 'A192GCM', 'A128CBC-HS256', 'A256gcm', ''])('refuses enc "%s" by its header alone', (enc) => {
      expect(() => {
        readProfile(withHeader({ ...members, enc }));
      }).toThrow(expect.objectContaining({ reason: 'header' }));
    });

    it.each([
      { zip: 'DEF' },
      { jku: 'https://bank.example/keys' },
      { jwk: { kty: 'EC' } },
      { x5u: 'https://bank.example/certificate' },
      { x5c: [] },
      { enc: 'A256CBC-HS512' },
      { enc: 'A128GCM' },
      { 'x-pad': 'x'.repeat(4_096) },
      { alg: 'ECDH-ES+A128KW' },
      { alg: 'ECDH-ES' },
    ])('refuses a whole token with %p before any key is used', async (members) => {
      const key = await aKey();
      const header = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', ...members };
      const recipient = await importJWK({ ...key.publicJwk() }, header.alg);
      const token = await new CompactEncrypt(Buffer.from('{}')).setProtectedHeader(header).encrypt(recipient);
      await expect(openJwe(token, key)).rejects.toMatchObject({
        code: 'ALLIANCE_JWE_REFUSED',
        reason: expect.not.stringMatching('undecryptable') as string,
      });
    });

    it.each([
      { kid: '1' },
      { kid: 7 },
      { typ: 'JWE' },
      { cty: 'json', 'x-bank': { version: [1.5] } },
      { x5t: 'abc', iat: 1.5e9 },
    ])('opens a token with %p', async (members) => {
      const key = await aKey();
      const header = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', ...members };
      const recipient = await importJWK({ ...key.publicJwk() }, header.alg);
      const token = await new CompactEncrypt(Buffer.from('{}')).setProtectedHeader(header as never).encrypt(recipient);
      expect(Buffer.from(await openJwe(token, key)).toString()).toBe('{}');
    });

    it('honours apu and apv', async () => {
      const key = await aKey();
      const header = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM' };
      const token = await new CompactEncrypt(Buffer.from('{}'))
        .setProtectedHeader(header)
        .setKeyManagementParameters({ apu: Buffer.from('bank'), apv: Buffer.from('shop') })
        .encrypt(await importJWK({ ...key.publicJwk() }, header.alg));
      expect(Buffer.from(await openJwe(token, key)).toString()).toBe('{}');
    });

    it('writes exactly alg, enc and epk', async () => {
      const sealed = await sealJwe('{}', (await aKey()).publicJwk());
      const written = JSON.parse(Buffer.from(sealed.split('.')[0]!, 'base64url').toString()) as object;
      expect(Object.keys(written).sort()).toEqual(['alg', 'enc', 'epk']);
      expect(written).toMatchObject({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', epk: { kty: 'EC', crv: 'P-384' } });
      expect(
        sealed
          .split('.')
          .map((part) => Buffer.from(part, 'base64url').length)
          .slice(1),
      ).toEqual([40, 12, 2, 16]);
    });

    it('refuses to seal for a key off the curve', async () => {
      const off = { kty: 'EC', crv: 'P-384', x: 'A'.repeat(64), y: 'A'.repeat(64) } as const;
      await expect(sealJwe('{}', off)).rejects.toMatchObject({ code: 'ALLIANCE_INVALID_KEY', member: 'y' });
    });
  });

  describe('properties', () => {
    it('any text comes back', async () => {
      const key = await aKey();
      const recipient = key.publicJwk();
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 500 }), async (text) => {
          const opened = await openJwe(await sealJwe(text, recipient), key);
          expect(Buffer.from(opened).toString()).toBe(Buffer.from(text).toString());
        }),
        { numRuns: 50 },
      );
    });

    it('any changed character is refused', async () => {
      const key = await aKey();
      const sealed = await sealJwe('{"coinAmount":100}', key.publicJwk());
      const alphabet = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ');
      await fc.assert(
        fc.asyncProperty(fc.nat(sealed.length - 1), fc.constantFrom(...alphabet), async (index, character) => {
          fc.pre(sealed[index] !== character);
          const changed = sealed.slice(0, index) + character + sealed.slice(index + 1);
          await expect(openJwe(changed, key)).rejects.toEqual(refusal);
        }),
        { numRuns: 150 },
      );
    });

    it('the last character of every segment counts in full', async () => {
      const key = await aKey();
      const sealed = await sealJwe('{"a":1}', key.publicJwk());
      const ends = [...sealed.matchAll(/[^.](?=\.|$)/g)].map(({ index }) => index);
      expect(ends).toHaveLength(5);
      for (const index of ends) {
        for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
          if (sealed[index] === character) continue;
          const changed = sealed.slice(0, index) + character + sealed.slice(index + 1);
          await expect(openJwe(changed, key)).rejects.toEqual(refusal);
        }
      }
    });

    it('no two tokens are alike, and no other key opens them', async () => {
      const [key, other] = [await aKey(), await aKey()];
      const recipient = key.publicJwk();
      const [one, two] = [await sealJwe('x', recipient), await sealJwe('x', recipient)];
      expect(one).not.toBe(two);
      await expect(openJwe(one, other)).rejects.toEqual(refusal);
    });

    it('no ephemeral key is used twice, whether it was made ahead or not', async () => {
      const recipient = (await aKey()).publicJwk();
      const points: string[] = [];
      for (let n = 0; n < 50; n++) {
        const [header = ''] = (await sealJwe('x', recipient)).split('.');
        points.push((JSON.parse(Buffer.from(header, 'base64url').toString()) as { epk: { x: string } }).epk.x);
        if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5)); // some are made ahead meanwhile
      }
      expect(new Set(points).size).toBe(50);
    });

    it('opens with whichever of several keys fits', async () => {
      const [old, next] = [await aKey(), await aKey()];
      const jwe = await sealJwe('for the next key', next.publicJwk());
      expect(Buffer.from(await openJwe(jwe, [old, next])).toString()).toBe('for the next key');
      await expect(openJwe(jwe, [old])).rejects.toMatchObject({ reason: 'undecryptable' });
    });
  });
});
