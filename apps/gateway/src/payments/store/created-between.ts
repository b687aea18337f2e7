/** A stretch of time that a list is limited to. */
export interface CreatedBetween {
  readonly createdFrom?: Date | undefined;
  /** Not itself part of it. */
  readonly createdBefore?: Date | undefined;
}

/** Longer than any transaction, and so longer than from a row's time to its number. Milliseconds. */
const SLACK_MS = 60_000;
/** Above every number. */
const NEVER_REACHED = '9223372036854775807';

export interface Condition {
  readonly text: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * Conditions of a list that is in the order of `number`. A time is also turned into a number of a row that lies surely
 * outside, so that the index of whatever else is asked for is read within these bounds alone.
 * @param rows `FROM … WHERE …` of the rows that the list is of, with an index that ends in `created_at`
 */
export function createdBetween(
  alias: string,
  rows: string,
  { createdFrom, createdBefore }: CreatedBetween,
): Condition[] {
  const from = createdFrom && {
    text: `${alias}.created_at >= :createdFrom AND ${alias}.number > coalesce(
      (SELECT number ${rows} AND created_at < :surelyBefore ORDER BY created_at DESC LIMIT 1), 0)`,
    parameters: { createdFrom, surelyBefore: new Date(createdFrom.getTime() - SLACK_MS) },
  };
  const before = createdBefore && {
    text: `${alias}.created_at < :createdBefore AND ${alias}.number < coalesce(
      (SELECT number ${rows} AND created_at >= :surelyAfter ORDER BY created_at LIMIT 1), ${NEVER_REACHED})`,
    parameters: { createdBefore, surelyAfter: new Date(createdBefore.getTime() + SLACK_MS) },
  };
  return [from, before].filter((condition) => condition !== undefined);
}
