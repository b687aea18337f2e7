/** The name that takes the fewest changed letters from what was typed. */
export function nearest(typed: string, names: readonly string[]): string {
  const ranked = names.map((name) => ({ name, changes: changesBetween(typed, name) }));
  return ranked.toSorted((one, other) => one.changes - other.changes)[0]?.name ?? '';
}

/** Letters to insert, delete or replace (the distance of Levenshtein), row by row. */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [y, letter] of Array.from(from).entries()) {
    const next = [y + 1];
    for (const [x, wanted] of Array.from(to).entries()) {
      const replaced = (row[x] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(replaced, (row[x + 1] ?? 0) + 1, (next[x] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
