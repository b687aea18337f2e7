/** A piece of SQL with its values: `text` says `?` nowhere, parameters are numbered when it is run. */
export class Sql {
  constructor(
    private readonly strings: readonly string[],
    private readonly parts: readonly unknown[],
  ) {}

  /** @returns text with `$1`, `$2` … and the values in that order */
  render(): [text: string, values: unknown[]] {
    const values: unknown[] = [];
    return [this.write(values), values];
  }

  private write(values: unknown[]): string {
    return this.strings.reduce((text, next, index) => {
      const part = this.parts[index - 1];
      return text + (part instanceof Sql ? part.write(values) : `$${values.push(part ?? null)}`) + next;
    });
  }
}

/**
 * SQL that numbers its own parameters. A value becomes a parameter; another piece of SQL is put in as it is.
 * @example sql`UPDATE t SET a = ${1} WHERE ${sql`b = ${2}`}`.render() // ['UPDATE t SET a = $1 WHERE b = $2', [1, 2]]
 */
export const sql = (strings: TemplateStringsArray, ...parts: readonly unknown[]): Sql => new Sql(strings, parts);

/** Text of our own, such as the name of a column; never anything that came from outside. */
export const rawSql = (text: string): Sql => new Sql([text], []);
