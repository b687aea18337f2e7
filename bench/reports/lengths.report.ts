import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** `node dist/bench/reports/lengths.report.js [root]`: lines of functions and files per part, specs left out. */
const root = process.argv[2] ?? '.';
const PARTS = [
  'apps/gateway/src',
  'apps/gateway/src/payments',
  'apps/simulator/src',
  'apps/launcher/src',
  'apps/shop/src',
  'libs/alliance/src',
  'libs/dcm/src',
  'libs/keystore/src',
  'libs/webhook-receiver/src',
  'libs/embedded-postgres/src',
  'apps',
  'libs',
];

interface Lengths {
  readonly files: readonly number[];
  readonly functions: readonly number[];
  readonly longest: string;
}

function sourcesIn(part: string): string[] {
  try {
    return readdirSync(path.join(root, part), { recursive: true, encoding: 'utf8' })
      .filter((name) => /(?<!\.d|\.spec)\.ts$/u.test(name) && !/(?:^|\/)(?:node_modules|dist|test)\//u.test(name))
      .map((name) => path.join(root, part, name));
  } catch {
    return []; // a part that this commit does not have
  }
}

function lengthsOf(part: string): Lengths {
  const files: number[] = [];
  const functions: { lines: number; where: string }[] = [];
  for (const file of sourcesIn(part)) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
    files.push(lineOf(source.end));
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
        const lines = lineOf(node.end) - lineOf(node.getStart(source)) + 1;
        functions.push({ lines, where: `${path.relative(root, file)}:${lineOf(node.getStart(source)) + 1}` });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  const [longest] = functions.toSorted((a, b) => b.lines - a.lines);
  return { files, functions: functions.map(({ lines }) => lines), longest: longest?.where ?? '' };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

const spread = (values: readonly number[]): string =>
  [quantile(values, 0.5), quantile(values, 0.95), Math.max(0, ...values)].join('/');

const print = (line: string): void => void process.stdout.write(`${line}\n`);

print(
  '| part | files | lines | file lines p50/p95/max | files < 20 | > 300 | functions | function lines p50/p95/max | > 40 | longest |',
);
print('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const part of PARTS) {
  const { files, functions, longest } = lengthsOf(part);
  const count = (values: readonly number[], test: (value: number) => boolean): number => values.filter(test).length;
  const cells = [
    part,
    files.length,
    files.reduce((sum, lines) => sum + lines, 0),
    spread(files),
    count(files, (lines) => lines < 20),
    count(files, (lines) => lines > 300),
    functions.length,
    spread(functions),
    count(functions, (lines) => lines > 40),
    longest,
  ];
  print(`| ${cells.join(' | ')} |`);
}
