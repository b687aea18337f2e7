import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { launcherList, withVariables } from '../../../../bench/reports/configuration.js';
import { withFailures } from '../../../../bench/reports/failures.js';
import { roomPictures } from '../../../../bench/reports/rooms.js';
import { withWays } from '../../../../bench/reports/ways.js';
import { anchorsOf } from '../../../../test/support/document-blocks.js';

const FOLDERS = ['docs', 'apps', 'libs', 'deploy'];
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'bench/README.md',
  ...FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  ),
];
const textOf = (file: string): string => readFileSync(file, 'utf8');
const matches = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);

/** Where a path in a document may begin: at the root, beside the document, or in the gateway's own source. */
const startsOf = (file: string): string[] => ['.', dirname(file), 'apps/gateway/src', 'apps/gateway/src/payments'];

describe('documents', () => {
  it.each(DOCUMENTS)('%s leads to files and headings that exist', (file) => {
    const links = matches(textOf(file), /\]\(([^)\s]+)\)/gu).filter((link) => !/^[a-z]+:/u.test(link));
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? file : join(dirname(file), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each(DOCUMENTS)('%s names files that exist', (file) => {
    const paths = matches(textOf(file), /`([\w.-]+\/[\w./-]+\.ts)`/gu).filter((path) => path !== 'src/index.ts');
    expect(paths.filter((path) => !startsOf(file).some((start) => existsSync(join(start, path))))).toEqual([]);
  });

  it('the README is one sitting: at most 250 lines', () => {
    expect(textOf('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(250);
  });

  it('the architecture shows the rooms as they import each other: run "npm run docs:rooms"', () => {
    expect(textOf('docs/architecture.md')).toContain(roomPictures());
  });

  const architecture = textOf('docs/architecture.md');
  const PAYMENTS = 'apps/gateway/src/payments';
  /** Paths in the first column of the tables of a section. */
  const filesIn = (heading: string): string[] => {
    const [, section = ''] = architecture.split(`${heading}\n`);
    return matches(section.split(/^#+ /mu)[0] ?? '', /^\| `([\w./-]+\.ts)`/gmu);
  };

  it('the walk of a payment is ten files at the most, each known to one before it', () => {
    const walk = filesIn('### A payment is created').map((file) => join(PAYMENTS, file));
    expect(walk.length).toBeGreaterThan(5);
    expect(walk.length).toBeLessThanOrEqual(10);
    const importsOf = (file: string): string[] =>
      matches(textOf(file), /from '(\.[^']+)\.js'/gu).map((path) => `${join(dirname(file), path)}.ts`);
    const strangers = walk.filter(
      (file, index) =>
        index > 0 &&
        !walk.slice(0, index).some((before) => importsOf(before).includes(file) || importsOf(file).includes(before)),
    );
    expect(strangers).toEqual([]);
  });

  it('a kind of operation is named where the architecture says, and never by the engine', () => {
    const places = filesIn('## Adding a kind of operation');
    expect(places.length).toBeGreaterThan(10);
    const silent = places.filter((file) => {
      const start = startsOf('').find((root) => existsSync(join(root, file))) ?? '';
      return !/verification/iu.test(textOf(join(start, file)));
    });
    expect(silent).toEqual([]);
    const deaf = ['engine', 'store', 'jobs'].flatMap((room) =>
      readdirSync(join(PAYMENTS, room)).map((file) => join(PAYMENTS, room, file)),
    );
    expect(deaf.filter((file) => /verification/iu.test(textOf(file)))).toEqual([]);
  });

  it('the ways to pay are those of the rows: run "npm run docs:ways"', () => {
    const cells = (page: string) => page.replaceAll(/(?<=\|)[ -]+|[ -]+(?=\|)/gu, ''); // as wide as they may be
    const page = textOf('docs/api.md');
    expect(cells(page)).toBe(cells(withWays(page)));
  });

  it('the failures are those of the rows: run "npm run docs:failures"', () => {
    const cells = (page: string) => page.replaceAll(/(?<=\|)[ -]+|[ -]+(?=\|)/gu, '');
    const page = textOf('docs/api.md');
    expect(cells(page)).toBe(cells(withFailures(page)));
  });

  it('the configuration is the one that the gateway reads: run "npm run docs:configuration"', () => {
    const page = textOf('docs/configuration.md');
    expect(page).toBe(withVariables(page));
    expect(textOf('apps/launcher/src/gateway-variables.ts')).toBe(launcherList());
  });

  it('the runbook explains every gauge, and no other', () => {
    const names = /((?:alliance_session|gateway)_[a-z_]+)/gu;
    const sources = ['ops/metrics.service.ts', 'measures/measures.ts'].map((file) =>
      textOf(`apps/gateway/src/${file}`),
    );
    const made = matches(sources.join('\n'), new RegExp(`'${names.source}'`, 'gu'));
    const told = matches(textOf('docs/runbook.md'), new RegExp(`\`${names.source}\``, 'gu'));
    expect(made.length).toBeGreaterThan(0);
    expect([...new Set(told)].toSorted()).toEqual(made.toSorted());
  });
});
