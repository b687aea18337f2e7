import { readFileSync } from 'node:fs';

/** The file that reads the environment of each service. */
const READERS: Record<string, string> = {
  init: 'apps/launcher/src/prepare.ts',
  simulator: 'apps/simulator/src/config.ts',
  gateway: 'apps/gateway/src/config/variables.ts',
  shop: 'apps/shop/src/shop-config.ts',
};

const compose = readFileSync('docker-compose.yml', 'utf8');

/** No YAML parser: the file is ours, two spaces a level. */
function variablesOf(service: string): string[] {
  const section = compose.split(/^ {2}(?=\w+:$)/m).find((text) => text.startsWith(`${service}:`)) ?? '';
  return [...section.matchAll(/^ {6}([A-Z_]+):/gm)].flatMap(([, name]) => name ?? []);
}

it.each(Object.entries(READERS))('gives %s only variables that it reads', (service, reader) => {
  const source = readFileSync(reader, 'utf8');
  const names = variablesOf(service);
  expect(names.length).toBeGreaterThan(1);
  const unread = names.filter((name) => !source.includes(name) && !source.includes(name.replace(/_FILE$/, '')));
  expect(unread).toEqual([]);
});

it('copies into the image what the build needs', () => {
  const copied = [...readFileSync('Dockerfile', 'utf8').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
    ([, files]) => files?.split(' ') ?? [],
  );
  const allowed = readFileSync('.dockerignore', 'utf8').split('\n');
  expect(copied.filter((file) => !allowed.includes(`!${file}`))).toEqual([]);
});
