import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startArena } from './arena.js';
import { Load } from './load.js';
import { cpuMeter } from './process-cpu.js';
import { machine, numberText, print, table } from './report.js';

const CONCURRENCY = 16;
const WARM_UP_MS = 5_000;
const LOAD_MS = 15_000;
const TOP = 30;

interface Node {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** V8's format. Times are microseconds; `timeDeltas[i]` passed before `samples[i]`. */
interface CpuProfile {
  readonly nodes: readonly Node[];
  readonly endTime: number;
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const NOT_WORK = new Set(['(idle)', '(root)']);

/** Microseconds of self time per node in the last `windowUs` before `skipUs` from the end. */
function selfTimes(profile: CpuProfile, windowUs: number, skipUs: number): Map<number, number> {
  const until = profile.endTime - skipUs;
  const times = new Map<number, number>();
  let now = profile.startTime;
  profile.samples.forEach((id, index) => {
    const spent = profile.timeDeltas[index] ?? 0;
    now += spent;
    if (now > until - windowUs && now <= until) times.set(id, (times.get(id) ?? 0) + spent);
  });
  return times;
}

function place({ callFrame: { functionName, url, lineNumber } }: Node): string {
  const file = url.replace(/^file:\/\//, '').replace(/^.*\/(?=node_modules\/|dist\/)/, '');
  return `${functionName || '(anonymous)'}${file ? ` ${file}:${lineNumber + 1}` : ''}`;
}

function owner({ callFrame: { functionName, url } }: Node): string {
  const module = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  const own = /dist\/((?:apps|libs)\/[^/]+)/.exec(url)?.[1];
  return module ?? own ?? (url.startsWith('node:') ? 'node:*' : functionName || '(native)');
}

function ranking(profile: CpuProfile, times: Map<number, number>, name: (node: Node) => string): [string, number][] {
  const sums = new Map<string, number>();
  for (const node of profile.nodes) {
    if (NOT_WORK.has(node.callFrame.functionName)) continue;
    sums.set(name(node), (sums.get(name(node)) ?? 0) + (times.get(node.id) ?? 0));
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

/** Time below a function too, once per stack however deep it recurses. What an `await` continues counts to nobody. */
function inclusive(profile: CpuProfile, times: Map<number, number>): [string, number][] {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const sums = new Map<string, number>();
  const walk = (node: Node, above: ReadonlySet<string>): number => {
    const name = place(node);
    const within = new Set(above).add(name);
    let sum = times.get(node.id) ?? 0;
    for (const id of node.children ?? []) sum += walk(byId.get(id)!, within);
    if (!above.has(name)) sums.set(name, (sums.get(name) ?? 0) + sum);
    return sum;
  };
  walk(profile.nodes[0]!, new Set());
  return [...sums].filter(([name]) => !name.startsWith('(')).sort(([, a], [, b]) => b - a);
}

async function record(directory: string): Promise<void> {
  const arena = await startArena({ gatewayNodeOptions: `--cpu-prof --cpu-prof-dir=${directory}` });
  try {
    const load = new Load(arena.gateway, CONCURRENCY);
    await load.run(WARM_UP_MS);
    const spent = cpuMeter([arena.gateway.pid]);
    const { payments, seconds } = await load.run(LOAD_MS);
    const cpuUs = spent();
    await load.close();
    print(`${numberText(payments / seconds)} payments/s under the profiler,`);
    print(`${numberText(cpuUs / payments)} µs of CPU each, ${numberText((cpuUs / seconds / 1e6) * 100)} % of a core\n`);
  } finally {
    await arena.stop();
  }
}

async function main(): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gateway-profile-'));
  print(`Gateway at ${CONCURRENCY} connections. ${machine()}`);
  await record(directory);
  const [name = ''] = (await readdir(directory)).filter((file) => file.endsWith('.cpuprofile'));
  const profile = JSON.parse(await readFile(path.join(directory, name), 'utf8')) as CpuProfile;
  const times = selfTimes(profile, LOAD_MS * 1000 * 0.9, 500_000);
  const work = ranking(profile, times, owner).reduce((sum, [, time]) => sum + time, 0);
  const show = (rows: readonly [string, number][]): string =>
    table(rows.slice(0, TOP).map(([what, time]) => ({ 'share, %': numberText((time / work) * 100, 1), what })));
  print(`Self time by package\n${show(ranking(profile, times, owner))}\n`);
  print(`Self time by function\n${show(ranking(profile, times, place))}\n`);
  print(`Time with callees\n${show(inclusive(profile, times))}\n`);
  print(`For Chrome's DevTools: ${path.join(directory, name)}`);
}

await main();
