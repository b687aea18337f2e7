/** Errors of ours and of Node's own parts say what they mean without quoting anybody's data. */
const QUOTES_DATA: readonly string[] = ['QueryFailedError', 'SyntaxError'];

/** As {@link errorSummary}, with where it came from: the frames of its stack name files, never data. */
export function errorTrace(error: unknown): string {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /u.test(line)) : [];
  return [errorSummary(error), ...frames].join('\n');
}

/** An error as it may be logged: its name and code, and its words unless they may quote what somebody sent. */
export function errorSummary(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  const named = typeof code === 'string' ? `${error.name} ${code}` : error.name;
  return QUOTES_DATA.includes(error.name) ? named : `${named}: ${error.message}`;
}
