import { isIPv6 } from 'node:net';

/** TypeORM and `pg` decode what stands between the separators. */
export function isDecodable(url: string): boolean {
  try {
    const { username, password, pathname } = new URL(url);
    return [username, password, pathname].map(decodeURIComponent).length > 0;
  } catch {
    return false;
  }
}

/** How this machine calls what listens on `host`: `localhost` where it means the same. */
export function nameOf(host: string): string {
  const isNear = /^(?:localhost|127(?:\.\d+){3}|::1|0\.0\.0\.0|::)$/u.test(host);
  return isNear ? 'localhost' : isIPv6(host) ? `[${host}]` : host;
}

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

/**
 * Whether a text is the origin of a page as browsers write it: scheme, host and port, over TLS but for this machine's own.
 */
export function isShopOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.origin !== text) return false;
  if (url.protocol === 'http:') return OWN_HOST.test(url.hostname);
  return url.protocol === 'https:' && HOST.test(url.hostname);
}

/** Said of one that is none. */
export const SHOP_ORIGIN_WORDS =
  'must be the origin of a page, such as https://shop.example: https, no path, no slash at the end (http on localhost only)';

/** Letters, digits and dots, or an IPv6 address: a content security policy is made of it. */
const HOST = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])$/u;
const OWN_HOST = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/u;
