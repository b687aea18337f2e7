import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LocalKekProvider } from '#libs/keystore';
import { ConfigError } from './gateway-config.js';
import { readKeysFile } from './keystore-keys.js';

describe('readKeysFile', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'keystore-keys-'));
    file = path.join(directory, 'keys', 'keystore.json');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  function refusalOf(read: () => unknown): string {
    try {
      read();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as ConfigError).message;
    }
    throw new Error('It was accepted.');
  }

  it('makes keys that work on the first start, for the owner only, and reads them ever after', () => {
    const made = readKeysFile(file, true);
    expect(made.generated).toBe(true);
    expect(LocalKekProvider.from(made.keys).currentKekId).toBe(made.keys.current);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    expect(readKeysFile(file, true)).toEqual({ keys: made.keys, generated: false });
    expect(readKeysFile(file, false)).toEqual({ keys: made.keys, generated: false });
  });

  it('never makes the same keys twice', () => {
    const other = path.join(directory, 'other.json');
    expect(readKeysFile(file, true).keys).not.toEqual(readKeysFile(other, true).keys);
  });

  it('makes none where lost keys would be lost data', () => {
    expect(refusalOf(() => readKeysFile(file, false))).toBe(
      `KEYSTORE_KEYS_FILE names a file that does not exist (${file}): restore it from your backup`,
    );
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it.each([
    '',
    'secret-kek',
    '[]',
    '{"current":"secret-kek"}',
    '{"current":"a","keys":{"a":5}}',
    '{"keys":{"a":"secret-kek"}}',
  ])('refuses a file with %j, without quoting it and without replacing it', (content) => {
    const broken = path.join(directory, 'broken.json');
    writeFileSync(broken, content);
    const refusal = refusalOf(() => readKeysFile(broken, true));
    expect(refusal).toContain(`KEYSTORE_KEYS_FILE is not a key file (${broken})`);
    expect(refusal).not.toContain('secret-kek');
    expect(readFileSync(broken, 'utf8')).toBe(content);
  });

  it('says that a file cannot be read', () => {
    expect(refusalOf(() => readKeysFile(directory, true))).toContain('cannot be read');
  });
});
