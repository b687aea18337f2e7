/** The bank writes wall time in Kyiv, without an offset, and its days end at midnight there. */
const KYIV = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Kyiv',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const HOUR_MS = 3_600_000;

/** Offsets by full hour: they change only there. One day of a register needs two dozen. */
const offsets = new Map<number, number>();
const MOST_OFFSETS = 10_000;

/** Milliseconds by which Kyiv's wall time is ahead of UTC at that moment. */
function offsetAt(at: number): number {
  const hour = Math.floor(at / HOUR_MS);
  const known = offsets.get(hour);
  if (known !== undefined) return known;
  const parts = Object.fromEntries(KYIV.formatToParts(hour * HOUR_MS).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour: wallHour = 0, minute = 0 } = parts;
  const offset = Date.UTC(year, month - 1, day, wallHour, minute) - hour * HOUR_MS;
  if (offsets.size >= MOST_OFFSETS) offsets.clear();
  offsets.set(hour, offset);
  return offset;
}

/**
 * The moment of a wall time in Kyiv; of one that comes twice in a year, the first.
 * @param wall the wall time as if it were UTC, in milliseconds
 */
export function momentOfWall(wall: number): Date {
  const first = wall - offsetAt(wall - 3 * HOUR_MS);
  const second = wall - offsetAt(first);
  return new Date(Math.min(first, second));
}

/** `2027-01-31`, in Kyiv. */
export const dayOf = (at: Date): string => new Date(at.getTime() + offsetAt(at.getTime())).toISOString().slice(0, 10);

/** Hour of the day in Kyiv, 0 to 23. */
export const hourOf = (at: Date): number => new Date(at.getTime() + offsetAt(at.getTime())).getUTCHours();

/** The first moment of a day in Kyiv. @param day `2027-01-31` */
export const startOfDay = (day: string): Date => momentOfWall(Date.parse(`${day}T00:00:00Z`));

/** The day after. */
export const dayAfter = (day: string, days = 1): string => {
  const next = new Date(`${day}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + days);
  return next.toISOString().slice(0, 10);
};

const DAY_FIRST = /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})$/u;
const YEAR_FIRST = /^(?<year>\d{4})[-.](?<month>\d{1,2})[-.](?<day>\d{1,2})$/u;
const TIME = /^(?<hour>\d{1,2}):(?<minute>[0-5]\d)(?::(?<second>[0-5]\d)(?:\.\d{1,9})?)?$/u;

/** `14.01.2025 22:23:00`, or with the year first. @returns undefined for what is no such time */
export function readWallTime(text: string): Date | undefined {
  const [date = '', time = ''] = text.trim().split(/[ T]/u, 2);
  const on = (DAY_FIRST.exec(date) ?? YEAR_FIRST.exec(date))?.groups;
  const at = TIME.exec(time)?.groups;
  const wall = on && at && wallOf({ ...on, ...at });
  return wall === undefined ? undefined : momentOfWall(wall);
}

/** @returns undefined for a day or an hour that there is not */
function wallOf(named: Readonly<Record<string, string | undefined>>): number | undefined {
  const numberOf = (name: string): number => Number(named[name] ?? 0);
  const [year, month, day, hour] = [numberOf('year'), numberOf('month'), numberOf('day'), numberOf('hour')];
  const wall = new Date(Date.UTC(year, month - 1, day, hour, numberOf('minute'), numberOf('second')));
  const isReal = wall.getUTCMonth() === month - 1 && wall.getUTCDate() === day && wall.getUTCHours() === hour;
  return isReal ? wall.getTime() : undefined;
}
