import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A script or style sheet as browsers get it. */
export interface BrowserFile {
  /** Path below `PUBLIC_URL`. Other bytes have another, so that it may be kept for good. */
  readonly path: string;
  /** Subresource integrity, `sha384-…`. Source: W3C SRI, section 3.5. */
  readonly integrity: string;
  readonly type: string;
  readonly text: Buffer;
}

/** Under which names the pages and the API know them. */
export type BrowserFileName = 'card-encryption.js' | 'card-fields.js' | 'card-frame.js' | 'card-frame.css';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};
/** Hex digits of the digest in an address. */
const TAG_LENGTH = 16;

/** What `npm run bundle` made of `apps/gateway/browser` and `libs/card-encryption`. */
export class BrowserFiles {
  private readonly byName: ReadonlyMap<string, BrowserFile>;
  private readonly byPath: ReadonlyMap<string, BrowserFile>;

  constructor(texts: ReadonlyMap<string, Buffer>) {
    this.byName = new Map([...texts].map(([name, text]) => [name, fileOf(name, text)]));
    this.byPath = new Map([...this.byName.values()].map((file) => [file.path, file]));
  }

  /** Those of this installation; none where nothing was bundled. */
  static ofInstallation(): BrowserFiles {
    const root = path.resolve(import.meta.dirname, '../../../..'); // dist, or the repository where tests run the source
    const folder = [path.join(root, 'browser'), path.join(root, 'dist/browser')].find((one) => existsSync(one));
    const names = folder === undefined ? [] : readdirSync(folder).filter((name) => path.extname(name) in TYPES);
    return new BrowserFiles(new Map(names.map((name) => [name, readFileSync(path.join(folder ?? '', name))])));
  }

  get isBuilt(): boolean {
    return this.byName.size > 0;
  }

  /** @throws Error when it was not bundled, which {@link isBuilt} tells */
  named(name: BrowserFileName): BrowserFile {
    const file = this.byName.get(name);
    if (!file) throw new Error(`${name} was not bundled`);
    return file;
  }

  at(address: string): BrowserFile | undefined {
    return this.byPath.get(address);
  }
}

function fileOf(name: string, text: Buffer): BrowserFile {
  const digest = createHash('sha384').update(text).digest();
  const { name: stem, ext } = path.parse(name);
  return {
    path: `/browser/${stem}.${digest.toString('hex').slice(0, TAG_LENGTH)}${ext}`,
    integrity: `sha384-${digest.toString('base64')}`,
    type: TYPES[ext] ?? '',
    text,
  };
}
