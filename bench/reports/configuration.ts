import { type Variable } from '../../apps/gateway/src/config/variable.js';
import { VARIABLES } from '../../apps/gateway/src/config/variables.js';

const BEGIN = '<!-- variables: written by "npm run docs:configuration" -->';
const END = '<!-- variables: end -->';
const ROWS = Object.entries<Variable>(VARIABLES);

/** @returns docs/configuration.md with the gateway's variables of today between its two marks */
export function withVariables(text: string): string {
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`There is no place for the table between ${BEGIN} and ${END}.`);
  return text.slice(0, before) + [BEGIN, table(), END].join('\n\n') + text.slice(after + END.length);
}

/** As Prettier aligns it. */
function table(): string {
  const rows = ROWS.map(([name, { meaning, fallback = '', byFile }]) => [
    byFile ? `\`${name}\`, \`…_FILE\`` : `\`${name}\``,
    fallback,
    meaning,
  ]);
  const cells = [['Variable', 'Default', 'Meaning'], ...rows];
  const widths = [0, 1, 2].map((at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...rest] = cells;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n');
}

/** What `npm start` hands on to the gateway, as a file of the launcher, which imports nothing of the gateway. */
export function launcherList(): string {
  const names = ROWS.filter(([, { isOwn }]) => !isOwn).flatMap(([name, { byFile }]) =>
    byFile ? [name, `${name}_FILE`] : [name],
  );
  const lines = names.toSorted().map((name) => `  '${name}',`);
  return `// Written by "npm run docs:configuration" from apps/gateway/src/config/variables.ts.

/** The gateway's variables that are handed on to it as they are. */
export const GATEWAY_VARIABLES: readonly string[] = [
${lines.join('\n')}
];
`;
}
