// Writes what browsers load: npm run bundle. The gateway serves it from dist/browser, see src/hosted-fields.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const BROWSER = 'apps/gateway/browser';

/** Browsers of the last four years. */
const TARGET = 'es2022';

const BUNDLES = [
  { entryPoints: { 'card-encryption': 'libs/card-encryption/src/index.ts' }, format: 'esm' },
  {
    entryPoints: { 'card-fields': `${BROWSER}/card-fields.ts`, 'card-frame': `${BROWSER}/card-frame.ts` },
    format: 'iife',
  },
  { entryPoints: { 'card-frame': `${BROWSER}/card-frame.css` } },
];

/**
 * @param {{ write: boolean }} options false: for a test that looks at them
 * @returns {Promise<Map<string, string>>} text by file name; the same source always gives the same bytes
 */
export async function bundle({ write }) {
  const results = await Promise.all(
    BUNDLES.map((part) =>
      build({
        ...part,
        ...{ absWorkingDir: ROOT, outdir: 'dist/browser', bundle: true, minify: true, target: TARGET, write },
        ...{ conditions: ['source', 'browser'], legalComments: 'none', charset: 'utf8', metafile: false },
        ...{ tsconfigRaw: {}, logLevel: 'warning' },
      }),
    ),
  );
  const files = results.flatMap(({ outputFiles = [] }) => outputFiles);
  return new Map(files.map(({ path: file, text }) => [path.basename(file), text]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await bundle({ write: true });
