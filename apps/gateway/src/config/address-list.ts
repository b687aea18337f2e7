import { BlockList, isIP } from 'node:net';

interface Range {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

const BITS = { ipv4: 32, ipv6: 128 } as const;

/** An address, or a range of them: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`. */
export const isRange = (text: string): boolean => rangeOf(text) !== undefined;

function rangeOf(text: string): Range | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes('%')) return undefined;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (bits === undefined) return { address, bits: BITS[family], family };
  return /^\d{1,3}$/u.test(bits) && Number(bits) <= BITS[family] ? { address, bits: Number(bits), family } : undefined;
}

/** Addresses that a key may be used from. */
export class AddressList {
  private readonly ranges = new BlockList();

  /** @param texts as {@link isRange} takes them; anything else is left out, which closes and never opens */
  constructor(texts: readonly string[]) {
    for (const range of texts.map(rangeOf)) {
      if (range) this.ranges.addSubnet(range.address, range.bits, range.family);
    }
  }

  /** IPv4 may come as IPv6 (`::ffff:203.0.113.7`) from a socket that takes both. */
  includes(given: string): boolean {
    const address = given.replace(/%.*$/u, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/iu, '');
    const version = isIP(address);
    return version !== 0 && this.ranges.check(address, version === 4 ? 'ipv4' : 'ipv6');
  }
}
