import { createHash, generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { CommunicationKey, openJwe } from '#libs/alliance';
import { BrowserFiles } from './browser-files.js';

/** Bytes as gzip sends them. */
const MOST: Readonly<Record<string, number>> = {
  'card-encryption.js': 15_000,
  'card-fields.js': 3_000,
  'card-frame.js': 15_000,
  'card-frame.css': 2_000,
};

interface Bundler {
  bundle(options: { write: boolean }): Promise<ReadonlyMap<string, string>>;
}
interface CardEncryption {
  readonly encryptCard: (card: object, key: object) => Promise<Record<'encryptedNumber' | 'encryptedData', string>>;
}

describe('what browsers load', () => {
  let texts: ReadonlyMap<string, string>;
  beforeAll(async () => {
    const file = pathToFileURL(path.resolve('apps/gateway/browser/bundle.mjs')).href;
    texts = await ((await import(file)) as Bundler).bundle({ write: false });
  });

  it('is small', () => {
    const sizes = [...texts].map(([name, text]) => [name, gzipSync(text, { level: 9 }).length] as const);
    expect(sizes.filter(([name, size]) => size > (MOST[name] ?? 0))).toEqual([]);
    expect([...texts.keys()].toSorted()).toEqual(Object.keys(MOST).toSorted());
  });

  it('keeps, sends and logs nothing but what it encrypts', () => {
    const all = [...texts.values()].join('\n');
    expect(
      all.match(/localStorage|sessionStorage|indexedDB|document\.cookie|console\.|sendBeacon|XMLHttpRequest/gu),
    ).toBeNull();
    const [frame = '', page = ''] = ['card-frame.js', 'card-fields.js'].map((name) => texts.get(name));
    expect(
      `${frame}${page}`.match(/\bfetch\(|\beval\(|new Function|innerHTML|postMessage\([^,]*,["']\*["']/gu),
    ).toBeNull();
  });

  it('encrypts what the codec of the bank’s protocol opens', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const key = await CommunicationKey.import(privateKey.export({ format: 'jwk' }));
    const address = `data:text/javascript,${encodeURIComponent(texts.get('card-encryption.js') ?? '')}`;
    const { encryptCard } = (await import(address)) as CardEncryption;
    const card = { number: '4111111111111111', expiry: '12/39', cvv: '737' };
    const { encryptedNumber, encryptedData } = await encryptCard(card, key.publicJwk());
    const opened = await Promise.all([encryptedNumber, encryptedData].map((jwe) => openJwe(jwe, key)));
    expect(opened.map((bytes) => new TextDecoder().decode(bytes))).toEqual(['4111111111111111', '3912737']);
  });

  it('has an address and a digest of its bytes', () => {
    const files = new BrowserFiles(new Map([['card-fields.js', Buffer.from('one')]]));
    const { path: address, integrity, type } = files.named('card-fields.js');
    expect(integrity).toBe(`sha384-${createHash('sha384').update('one').digest('base64')}`);
    expect([address, type]).toEqual([
      expect.stringMatching(/^\/browser\/card-fields\.[0-9a-f]{16}\.js$/u),
      'text/javascript; charset=utf-8',
    ]);
    expect(files.at(address)?.text.toString()).toBe('one');
    expect(files.at('/browser/card-fields.0000000000000000.js')).toBeUndefined();
    const other = new BrowserFiles(new Map([['card-fields.js', Buffer.from('two')]]));
    expect(other.named('card-fields.js').path).not.toBe(address);
    expect(other.at(address)).toBeUndefined();
  });

  it('may not be there', () => {
    const none = new BrowserFiles(new Map());
    expect(none.isBuilt).toBe(false);
    expect(() => none.named('card-fields.js')).toThrow('card-fields.js was not bundled');
  });
});
