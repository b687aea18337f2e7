/**
 * An address that others are built from. Refused are query and fragment, since whatever is put behind them is lost, and
 * credentials, since addresses are logged.
 * @returns undefined when it is none
 */
export function webAddress(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/u.test(url.protocol) || /[?#]/u.test(text)) return undefined;
  return url.username === '' && url.password === '' ? url : undefined;
}
