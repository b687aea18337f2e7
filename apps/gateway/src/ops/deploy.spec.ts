import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { load, loadAll } from 'js-yaml';
import { anchorsOf } from '../../../../test/support/document-blocks.js';
import { VARIABLES } from '../config/variables.js';
import { Measures } from '../measures/measures.js';
import { MetricsService } from './metrics.service.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const { groups } = load(readFileSync('deploy/prometheus/alerts.yml', 'utf8')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap(({ rules: ofGroup }) => ofGroup);
const { panels } = JSON.parse(readFileSync('deploy/grafana/alliance-gateway.json', 'utf8')) as { panels: Panel[] };
const expressions = [
  ...rules.map(({ alert, expr }): [string, string] => [alert, expr]),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }): [string, string] => [title, expr])),
];

/** What a scrape has: each name with the endings of its type. */
async function scrapedNames(): Promise<Set<string>> {
  const nobody = [] as unknown as ConstructorParameters<typeof MetricsService>; // not asked for the names alone
  const text = [await new MetricsService(...nobody).registry.metrics(), await new Measures().registry.metrics()].join(
    '',
  );
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gmu)];
  const names = types.flatMap(([, name = '', type]) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((ending) => `${name}${ending}`) : [name],
  );
  return new Set([...names, 'up']); // made by Prometheus itself
}

/** The metrics of an expression. @throws Error at what is no PromQL */
function metricsIn(expression: string): string[] {
  const names: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ type, name, from, to }) => {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${expression}`);
      if (name === 'VectorSelector') names.push(/^[a-z_:]\w*/u.exec(expression.slice(from, to))?.[0] ?? '');
    },
  });
  return names;
}

it('the parser tells what is no PromQL', () => {
  expect(() => metricsIn('max(gateway_in_review) >')).toThrow('no PromQL');
  expect(metricsIn('max(gateway_in_review) > up{job="x"}')).toEqual(['gateway_in_review', 'up']);
});

it.each(expressions)('%s asks for metrics that there are', async (_title, expression) => {
  const names = metricsIn(expression);
  const known = await scrapedNames();
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});

it.each(rules)('$alert says how urgent it is and leads to a heading of the documents', ({ labels, annotations }) => {
  expect(['page', 'ticket']).toContain(labels.severity);
  expect(annotations.summary).toMatch(/\.$/u);
  const [file = '', anchor = ''] = annotations.runbook.split('#');
  expect(existsSync(file)).toBe(true);
  expect(anchorsOf(file)).toContain(anchor);
});

describe('manifests', () => {
  interface Container {
    readonly image: string;
    readonly command?: readonly string[];
    readonly env?: readonly { readonly name: string }[];
    readonly securityContext: object;
    readonly livenessProbe?: { readonly httpGet: { readonly path: string } };
    readonly readinessProbe?: { readonly httpGet: { readonly path: string } };
  }
  interface Pod {
    readonly enableServiceLinks: boolean;
    readonly containers: readonly Container[];
    readonly terminationGracePeriodSeconds?: number;
  }
  interface Manifest {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly data?: Readonly<Record<string, string>>;
    readonly spec?: { readonly template?: { readonly spec: Pod } };
  }
  const manifests = readdirSync('deploy/kubernetes').flatMap(
    (file) => loadAll(readFileSync(`deploy/kubernetes/${file}`, 'utf8')) as Manifest[],
  );
  const pods = manifests.flatMap(({ metadata, spec }): [string, Pod][] =>
    spec?.template ? [[metadata.name, spec.template.spec]] : [],
  );
  const compose = load(readFileSync('deploy/compose.production.yml', 'utf8')) as {
    readonly services: Readonly<
      Record<string, { readonly environment: Readonly<Record<string, unknown>>; readonly command?: readonly string[] }>
    >;
  };
  const services = Object.values(compose.services);
  const isRead = (name: string): boolean => name.replace(/_FILE$/u, '') in VARIABLES || name in VARIABLES;
  /** What `node dist/…js` was compiled from. */
  const sourceOf = (command: readonly string[]): string =>
    (command[1] ?? '').replace(/^dist\//u, '').replace(/js$/u, 'ts');

  it('set variables that the gateway reads', () => {
    const names = [
      ...manifests.flatMap(({ data = {} }) => Object.keys(data)),
      ...pods.flatMap(([, { containers }]) => containers.flatMap(({ env = [] }) => env.map(({ name }) => name))),
      ...services.flatMap(({ environment }) => Object.keys(environment)),
    ];
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !isRead(name))).toEqual([]);
  });

  it.each(pods)('%s runs with few rights, no service links and an image by digest', (_name, pod) => {
    expect(pod.enableServiceLinks).toBe(false);
    for (const container of pod.containers) {
      expect(container.image).toMatch(/@sha256:[0-9a-f]{64}$/u);
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      if (container.livenessProbe) expect(container.livenessProbe.httpGet.path).toBe('/health/live');
      if (container.readinessProbe) expect(container.readinessProbe.httpGet.path).toBe('/health/ready');
    }
  });

  it('run programs that there are', () => {
    const commands = [
      ...pods.flatMap(([, { containers }]) => containers.flatMap(({ command }) => (command ? [command] : []))),
      ...services.flatMap(({ command }) => (command ? [command] : [])),
    ];
    expect(commands).toHaveLength(2);
    for (const command of commands) expect(existsSync(sourceOf(command))).toBe(true);
  });
});
