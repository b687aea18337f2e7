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
