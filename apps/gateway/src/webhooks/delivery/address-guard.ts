import { BlockList, isIP, isIPv6 } from 'node:net';

/** IPv4 that is not the public Internet. Source: IANA IPv4 Special-Purpose Address Registry, RFC 6890. */
const SPECIAL_IPV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by a provider's customers
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local; metadata services of clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // relays of 6to4
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
];
/** The only IPv6 that is given out to the public Internet. Source: IANA IPv6 Address Space. */
const GLOBAL_IPV6 = ['2000::/3'];
/**
 * Of those, what is special or holds an IPv4 address; everything else that does (mapped, compatible, NAT64) lies outside
 * of 2000::/3. Source: IANA IPv6 Special-Purpose Address Registry.
 */
const SPECIAL_IPV6 = [
  '2001::/23', // protocol assignments, Teredo, benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
];

/** @throws TypeError for what is no network, such as `10.0.0.0/33` */
function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  }
  return list;
}

const SPECIAL_V4 = listOf(SPECIAL_IPV4);
const GLOBAL_V6 = listOf(GLOBAL_IPV6);
const SPECIAL_V6 = listOf(SPECIAL_IPV6);

/** Which addresses events may be sent to: the public Internet, and what the operator allows. */
export class AddressGuard {
  private readonly allowed: { readonly ipv4: BlockList; readonly ipv6: BlockList };

  /** @param allowed networks such as `127.0.0.0/8` that are private or special and may be called all the same */
  constructor(allowed: readonly string[] = []) {
    // Apart, since a list with both also takes an IPv6 address for the IPv4 address that is mapped into it.
    this.allowed = {
      ipv4: listOf(allowed.filter((network) => !network.includes(':'))),
      ipv6: listOf(allowed.filter((network) => network.includes(':'))),
    };
  }

  /** @param address an IP address; anything else is refused */
  permits(address: string): boolean {
    const family = isIP(address);
    if (family === 4) return this.allowed.ipv4.check(address, 'ipv4') || !SPECIAL_V4.check(address, 'ipv4');
    if (family !== 6 || address.includes('%')) return false;
    if (/^::ffff:/iu.test(address)) return false; // a list of IPv6 networks says yes to what is mapped, too
    if (this.allowed.ipv6.check(address, 'ipv6')) return true;
    return GLOBAL_V6.check(address, 'ipv6') && !SPECIAL_V6.check(address, 'ipv6');
  }
}
