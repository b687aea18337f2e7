import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** Milliseconds and tries for one name server. */
const PATIENCE = { timeout: 3_000, tries: 2 };
const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * Addresses of a host. Name servers are asked directly: a name that hangs would otherwise take one of the four threads
 * that the whole process has for such waits, and with them every other delivery.
 */
export class AddressResolver {
  private readonly resolver = new Resolver(PATIENCE);

  /** @param servers name servers, as `127.0.0.1:5353`; those of the system when absent */
  constructor(servers?: readonly string[]) {
    if (servers) this.resolver.setServers(servers);
  }

  /** IPv4 first. Empty when there are none. @param hostname of a URL: an IPv6 address stands in brackets */
  async addressesOf(hostname: string): Promise<readonly string[]> {
    const known = knownAddresses(hostname);
    if (known.length > 0) return known;
    const [v4, v6] = await Promise.all([
      this.resolver.resolve4(hostname).catch(() => []),
      this.resolver.resolve6(hostname).catch(() => []),
    ]);
    return [...v4, ...v6];
  }

  /** Ends questions that are under way. */
  close(): void {
    this.resolver.cancel();
  }
}

/** What needs nobody's answer: an address, and `localhost` (RFC 6761). Empty for every other name. */
export function knownAddresses(hostname: string): readonly string[] {
  const literal = hostname.replace(/^\[|\]$/gu, '');
  if (isIP(literal)) return [literal];
  return /^(?:.+\.)?localhost\.?$/iu.test(hostname) ? LOOPBACK : [];
}
