/** One page of rows of which one more was asked for than the page holds. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Where the next page goes on; undefined where this is the last one. */
  readonly last: Row | undefined;
}

export function pageOf<Row>(found: readonly Row[], limit: number): Page<Row> {
  const rows = found.slice(0, limit);
  return { rows, last: found.length > limit ? rows.at(-1) : undefined };
}

/** A place in a list, as it goes out: nobody should build one. */
export const writeCursor = (place: number | string): string => Buffer.from(String(place)).toString('base64url');

/** @returns the place that a cursor stands for; undefined for what is none of ours */
export function placeIn(cursor: string, shape: RegExp): string | undefined {
  const place = Buffer.from(cursor, 'base64url').toString();
  return shape.test(place) ? place : undefined;
}
