import { isIPv6 } from 'node:net';

/** Where an app listens: the launcher's own default, as every app has it. */
export const LOOPBACK = '127.0.0.1';

/** Of an address that {@link urlOf} or {@link shownUrlOf} made. */
export const isThisMachine = (url: string): boolean => THIS_MACHINE.test(URL.parse(url)?.hostname ?? '');

/** What listens on every interface is reached on this one. */
const NEAREST: Readonly<Record<string, string>> = { '0.0.0.0': LOOPBACK, '[::]': '[::1]' };
const THIS_MACHINE = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/u;

/** @returns undefined for what can stand in no address, such as an IPv6 address with its interface */
function hostnameOf(host: string): string | undefined {
  const hostname = URL.parse(`http://${isIPv6(host) ? `[${host}]` : host}`)?.hostname;
  return hostname === undefined ? undefined : (NEAREST[hostname] ?? hostname);
}

export const isHost = (host: string): boolean => /^[^\s/@?#[\]]+$/u.test(host) && hostnameOf(host) !== undefined;

/** Where another program of this machine reaches what listens on `host`. */
export const urlOf = (host: string, port: number): string => `http://${hostnameOf(host) ?? host}:${port}`;

/** The same for a person's browser: the name that everybody knows, where it means the same. */
export function shownUrlOf(host: string, port: number): string {
  const hostname = hostnameOf(host) ?? host;
  return `http://${THIS_MACHINE.test(hostname) ? 'localhost' : hostname}:${port}`;
}
