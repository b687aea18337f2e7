/** Every date format of the platform, section b.6. All arguments are epoch milliseconds. */

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
const MINUTE_MS = 60_000;
let cachedOffset = { hour: NaN, ms: 0 };

/** Offset of Kyiv wall time at an instant; it can change only at a full hour, so one hour is cached. */
const kyivOffsetMs = (at: number): number => {
  const hour = Math.floor(at / HOUR_MS);
  if (cachedOffset.hour !== hour) {
    const parts = Object.fromEntries(
      KYIV.formatToParts(hour * HOUR_MS).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour: h = 0, minute = 0, second = 0 } = parts;
    cachedOffset = { hour, ms: Date.UTC(year, month - 1, day, h, minute, second) - hour * HOUR_MS };
  }
  return cachedOffset.ms;
};

const offsetText = (ms: number): string => {
  const minutes = Math.abs(ms) / MINUTE_MS;
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
};

/** `2025-02-27T14:12:34.430` in Kyiv. */
export const kyivIso = (at: number): string => new Date(at + kyivOffsetMs(at)).toISOString().slice(0, 23);

/** `2025-02-27T14:12:34+02:00`: ISO 8601, as DCM prints dates. */
export const formatKyivIso = (at: number): string => kyivIso(at).slice(0, 19) + offsetText(kyivOffsetMs(at));

/** The first moment of the next day in Kyiv. */
export const nextKyivMidnight = (at: number): number => {
  const midnight = Date.parse(`${kyivIso(at).slice(0, 10)}T00:00:00Z`) + 24 * HOUR_MS;
  return midnight - kyivOffsetMs(midnight - kyivOffsetMs(at));
};

/** `2025-02-27 12:12:34.0430 +0000`: UTC, milliseconds as a zero-padded 4-digit integer. */
export const formatTokenExpirationDateTime = (at: number): string => {
  const iso = new Date(at).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}.0${iso.slice(20, 23)} +0000`;
};

/** `2025-02-27 14:12:34.430+02:00` */
export const formatTokenExpiration = (at: number): string =>
  kyivIso(at).replace('T', ' ') + offsetText(kyivOffsetMs(at));

/** `2025-11-12 15:01:54.50+02:00`: hundredths, truncated. */
export const formatOrderDate = (at: number): string =>
  kyivIso(at).replace('T', ' ').slice(0, 22) + offsetText(kyivOffsetMs(at));

/** `2024.10.23 11:56:54.483`: Kyiv wall time without a zone. */
export const formatOperationDate = (at: number): string => kyivIso(at).replaceAll('-', '.').replace('T', ' ');

/** `2024.10.23 11:56` */
export const formatTransactionDate = (at: number): string => formatOperationDate(at).slice(0, 16);

/** `2024.10.23 11:56:54.000`: processing prints whole seconds. */
export const formatProcessingDate = (at: number): string => `${formatOperationDate(at).slice(0, 19)}.000`;

const REQUEST_DATE =
  /^(\d{4})[-.](\d\d)[-.](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?\s*(?:(Z)|([+-])(\d\d):?(\d\d))?$/;

/** Epoch milliseconds of a request date; a missing offset is Kyiv wall time; undefined = not a date. */
export const parseRequestDate = (text: string): number | undefined => {
  const match = REQUEST_DATE.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zulu, sign, offsetHours, offsetMinutes] = match;
  const wall = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`,
  );
  if (Number.isNaN(wall)) return undefined;
  if (zulu) return wall;
  if (!sign) return wall - kyivOffsetMs(wall - kyivOffsetMs(wall));
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * MINUTE_MS;
  return sign === '-' ? wall + offset : wall - offset;
};

/** Epoch milliseconds of a wall time in Kyiv, which is given as if it were UTC. */
const fromKyivWall = (wall: number): number => {
  const guess = wall - kyivOffsetMs(wall);
  return wall - kyivOffsetMs(guess);
};

export interface CalendarSpan {
  readonly days?: number;
  readonly months?: number;
}

/** Later by days or months at the same wall time in Kyiv; a day that the month lacks becomes its last (U22). */
export function addInKyiv(at: number, { days = 0, months = 0 }: CalendarSpan): number {
  const wall = new Date(at + kyivOffsetMs(at));
  const day = wall.getUTCDate();
  wall.setUTCDate(1);
  wall.setUTCMonth(wall.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 0)).getUTCDate();
  wall.setUTCDate(Math.min(day, lastDay) + days);
  return fromKyivWall(wall.getTime());
}
