/** Scheme and host of an address in absolute form, which every server has to accept. Source: RFC 9112 section 3.2.2. */
const ORIGIN = /^https?:\/\/[^/?#]*/iu;

/** The path of an address as the router compares it: no query, percent-encoding undone; undefined where it is none. */
export function pathOf(url: string): string | undefined {
  try {
    return decodeURI(url.replace(ORIGIN, '').split(/[?#]/u, 1)[0] ?? '');
  } catch {
    return undefined;
  }
}

/** Whether the escapes of a query are UTF-8. The parser would take wrong ones for themselves. */
export function isReadableQuery(url: string): boolean {
  try {
    decodeURIComponent(url.split('?').slice(1).join('?'));
    return true;
  } catch {
    return false;
  }
}

/** Bodies under these paths are kept as they came. */
export const isCallback = (url: string): boolean => /^\/(?:callbacks|api\/dcm\/notify)\//u.test(pathOf(url) ?? '');

/** Bodies of these are files, which are read as they arrive, by whoever asked for them. */
export const isUpload = (url: string): boolean =>
  /^\/ops\/merchant-accounts\/[^/]+\/registers$/u.test(pathOf(url) ?? '');

/** PUBLIC_URL without a slash at its end: what addresses of ours that leave begin with. */
export const rootOf = (publicUrl: string): string => new URL(publicUrl).href.replace(/\/+$/u, '');

/**
 * The path of PUBLIC_URL without a slash at its end: where a proxy shows us under a prefix, our addresses begin with it.
 * @param publicUrl absolute
 */
export const basePathOf = (publicUrl: string): string => new URL(publicUrl).pathname.replace(/\/+$/u, '');

/** The address of a payment link without its beginning. */
const LINK = /^\/link_[0-9a-f]/u;

/**
 * What the router gets to see: the path alone, without the prefix, for a proxy that passes it on; one that strips it is
 * served as well.
 */
export function routedUrl(url: string, basePath: string): string {
  const path = url.replace(ORIGIN, '') || '/';
  const rest = path.slice(basePath.length);
  if (basePath === '' || !path.startsWith(basePath) || !/^(?:[/?]|$)/u.test(rest)) return path;
  if (LINK.test(rest)) return path; // the prefix is "/pay", as is the beginning of the route, and was taken off already
  return rest.startsWith('/') ? rest : `/${rest}`;
}
