const KYIV = 'Europe/Kyiv';
const MINUTE_MS = 60_000;
/** Minutes east of UTC: summer first, so that the hour that happens twice in autumn is read as its first pass. */
const KYIV_OFFSETS = [180, 120] as const;

/** Source: bank docs, "Dates"; every format of the platform but the register's. */
const DATE = /^(\d{4})[-.](\d\d)[-.](\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?$/;
/** Register rows: DD.MM.YYYY HH:mm:ss. */
const REGISTER_DATE = /^(\d\d)\.(\d\d)\.(\d{4}) (.+)$/;

const kyivClock = new Intl.DateTimeFormat('en-GB', {
  timeZone: KYIV,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

export interface BankTimeRule {
  /** What a missing offset means. */
  readonly zone: 'kyiv' | 'utc';
  /** True where a fraction of four digits counts milliseconds: ".0430" is 430 ms, not 43. */
  readonly fourDigitsAreMs: boolean;
}
const KYIV_RULE: BankTimeRule = { zone: 'kyiv', fourDigitsAreMs: false };

/**
 * Undefined for what is no date: the bank prints impossible ones, and a date never decides about money.
 * @example
 * parseBankTime('2026-01-15 12:00:00.12')?.toISOString(); // => '2026-01-15T10:00:00.120Z'
 * parseBankTime('30.02.2026 10:00:00'); // => undefined
 */
export function parseBankTime(text: string, rule: BankTimeRule = KYIV_RULE): Date | undefined {
  const match = DATE.exec(text.trim().replace(REGISTER_DATE, '$3.$2.$1 $4'));
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', offset] = match;
  const wall = new Date(0);
  wall.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  wall.setUTCHours(Number(hour), Number(minute), Number(second), 0);
  const isOne = wall.getUTCMonth() === Number(month) - 1 && wall.getUTCDate() === Number(day);
  if (!isOne || wall.getUTCMinutes() !== Number(minute)) return undefined;
  const wallMs = wall.getTime() + readFraction(fraction, rule);
  return new Date(wallMs - readOffset(offset, wallMs, rule) * MINUTE_MS);
}

function readFraction(digits: string, rule: BankTimeRule): number {
  if (digits.length === 4 && rule.fourDigitsAreMs) return Number(digits);
  return Number(digits.padEnd(3, '0').slice(0, 3));
}

/** Minutes east of UTC. */
function readOffset(offset: string | undefined, wallMs: number, rule: BankTimeRule): number {
  if (offset === 'Z' || (offset === undefined && rule.zone === 'utc')) return 0;
  if (offset === undefined) {
    return KYIV_OFFSETS.find((minutes) => kyivOffset(wallMs - minutes * MINUTE_MS) === minutes) ?? 120;
  }
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return offset.startsWith('-') ? -minutes : minutes;
}

/** Minutes east of UTC that Kyiv keeps at this instant. */
function kyivOffset(instantMs: number): number {
  const secondMs = Math.floor(instantMs / 1000) * 1000;
  return (kyivWallMs(secondMs) - secondMs) / MINUTE_MS;
}

function kyivWallMs(instantMs: number): number {
  const parts = new Map(kyivClock.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]));
  const [year, month, day, hour, minute, second] = (['year', 'month', 'day', 'hour', 'minute', 'second'] as const).map(
    (type) => parts.get(type) ?? 0,
  ) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * `YYYY-MM-DD HH:mm:ss.SS+02:00`: hundredths, Kyiv wall time with the offset of that instant.
 * @example
 * formatBankTime(new Date('2026-01-15T10:00:00.120Z')); // => '2026-01-15 12:00:00.12+02:00'
 */
export function formatBankTime(instant: Date): string {
  const offset = kyivOffset(instant.getTime());
  const wall = new Date(instant.getTime() + offset * MINUTE_MS).toISOString();
  const hours = String(Math.floor(offset / 60)).padStart(2, '0');
  const minutes = String(offset % 60).padStart(2, '0');
  return `${wall.slice(0, 10)} ${wall.slice(11, 22)}+${hours}:${minutes}`;
}
