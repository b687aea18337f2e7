/** pino's numbers for warn and error. */
const WARN = 40;
const ERROR = 50;

interface LogRecord {
  readonly level?: number;
  readonly msg?: string;
  readonly err?: { readonly message?: string };
}

/** What the terminal shows of one line of an app: warnings, errors, and whatever is no log record. */
export function toTerminal(app: string, line: string): string | undefined {
  if (line.trim() === '') return undefined;
  const record = parse(line);
  if (record === undefined) return `[${app}] ${line}`;
  const level = record.level ?? 0;
  if (level < WARN) return undefined;
  const detail = record.err?.message === undefined ? '' : `: ${record.err.message}`;
  return `[${app}] ${level < ERROR ? 'warning' : 'error'}: ${record.msg ?? ''}${detail}`;
}

function parse(line: string): LogRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
