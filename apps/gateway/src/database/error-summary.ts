/** Errors of ours and of Node's own parts say what they mean without quoting anybody's data. */
const QUOTES_DATA: readonly string[] = ['QueryFailedError', 'SyntaxError'];

/** An error as it may be logged: its name and code, and its words unless they may quote what somebody sent. */
export function errorSummary(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  const named = typeof code === 'string' ? `${error.name} ${code}` : error.name;
  return QUOTES_DATA.includes(error.name) ? named : `${named}: ${error.message}`;
}
