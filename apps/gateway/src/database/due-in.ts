/** A column value: that many seconds from now on the database's clock; null for never, undefined to leave it alone. */
export function dueIn(seconds: number | null): (() => string) | null {
  return seconds === null ? null : () => `now() + make_interval(secs => ${seconds})`;
}
