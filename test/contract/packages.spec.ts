import { readFile } from 'node:fs/promises';
import { PackageConsumer, PACKAGES, readmeFiles } from '../packages/package-consumer.js';

/** Milliseconds. Four libraries and a project are compiled. */
const LONG_MS = 300_000;

describe('the libraries as packages', () => {
  let consumer: PackageConsumer;

  beforeAll(async () => {
    consumer = await PackageConsumer.make();
    await consumer.link();
    await consumer.compile();
  }, LONG_MS);
  afterAll(() => consumer.remove());

  it(
    'do what their READMEs show',
    async () => {
      const printed = await consumer.runModules();
      expect(printed.match(/^ok /gm)).toHaveLength(15);
    },
    LONG_MS,
  );

  it(
    'can be required',
    async () => {
      await expect(consumer.runCommonJs()).resolves.toContain('ok CommonJS');
    },
    LONG_MS,
  );

  it(
    'can be tested with Jest',
    async () => {
      await expect(consumer.runJest()).resolves.toContain('4 passed');
    },
    LONG_MS,
  );

  it.each(PACKAGES)('%s: every block of code of its README is a file that is compiled', async (name) => {
    const text = await readFile(`libs/${name}/README.md`, 'utf8');
    expect(text.match(/^```ts$/gm) ?? []).toHaveLength((await readmeFiles(name)).size);
  });

  it.each(PACKAGES)('%s: its README says how to install it with its peers', async (name) => {
    const text = await readFile(`libs/${name}/README.md`, 'utf8');
    const manifest = JSON.parse(await readFile(`libs/${name}/package.json`, 'utf8')) as {
      readonly peerDependencies?: Record<string, string>;
      readonly peerDependenciesMeta?: Record<string, unknown>;
    };
    const line = /^npm install .*$/m.exec(text)?.[0] ?? '';
    const needed = Object.keys(manifest.peerDependencies ?? {}).filter(
      (peer) => !manifest.peerDependenciesMeta?.[peer],
    );
    expect(needed.filter((peer) => !line.split(' ').includes(peer))).toEqual([]);
  });
});
