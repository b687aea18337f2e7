import { AddressGuard } from './address-guard.js';
import { knownAddresses } from './address-resolver.js';

const guard = new AddressGuard();

/** Ways to say this machine, this network, a metadata service, or nobody. */
const REFUSED = [
  // this network and loopback
  ...[
    '0.0.0.0',
    '0.0.0.1',
    '0.1.2.3',
    '0.255.255.255',
    '127.0.0.0',
    '127.0.0.1',
    '127.0.1.1',
    '127.1.2.3',
    '127.255.255.255',
  ],
  // private
  ...[
    '10.0.0.0',
    '10.0.0.1',
    '10.1.2.3',
    '10.255.255.255',
    '172.16.0.0',
    '172.16.0.1',
    '172.20.10.5',
    '172.31.255.255',
  ],
  ...['192.168.0.0', '192.168.0.1', '192.168.1.1', '192.168.255.255'],
  // a provider's, link-local with the metadata services of clouds, protocol assignments
  ...[
    '100.64.0.0',
    '100.64.0.1',
    '100.100.100.200',
    '100.127.255.255',
    '169.254.0.0',
    '169.254.0.1',
    '169.254.169.254',
  ],
  ...[
    '169.254.170.2',
    '169.254.255.255',
    '192.0.0.0',
    '192.0.0.1',
    '192.0.0.8',
    '192.0.0.170',
    '192.0.0.192',
    '192.0.0.255',
  ],
  // documentation, AS112, AMT, relays, benchmarks
  ...['192.0.2.0', '192.0.2.1', '192.0.2.255', '192.31.196.1', '192.52.193.1', '192.88.99.1', '192.175.48.1'],
  ...['198.18.0.0', '198.18.0.1', '198.19.255.255', '198.51.100.0', '198.51.100.7', '203.0.113.0', '203.0.113.7'],
  // multicast, reserved, broadcast
  ...['224.0.0.0', '224.0.0.1', '239.255.255.250', '239.255.255.255', '240.0.0.0', '240.0.0.1', '254.1.1.1'],
  ...['255.255.255.254', '255.255.255.255'],
  // IPv6: unspecified, loopback, link-local, site-local, unique local, multicast, discard, segments
  ...[
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::2',
    'fe80::',
    'fe80::1',
    'fe80::a9fe:a9fe',
    'febf::1',
    'fe80::1%eth0',
    '::1%lo',
  ],
  ...[
    'fec0::1',
    'feff::1',
    'fc00::',
    'fc00::1',
    'fd00::1',
    'fd00:ec2::254',
    'fdff:ffff::1',
    'ff00::',
    'ff01::1',
    'ff02::1',
  ],
  ...['ff05::2', 'ff0e::1', '100::', '100::1', '5f00::1', '4000::1', 'c000::1', 'e000::1', '0100:0:0:1::1'],
  // IPv4 within IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP
  ...[
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::FFFF:8.8.8.8',
  ],
  ...[
    '0:0:0:0:0:ffff:127.0.0.1',
    '0:0:0:0:0:ffff:7f00:1',
    '::127.0.0.1',
    '::7f00:1',
    '::10.0.0.1',
    '::ffff:0:127.0.0.1',
  ],
  ...[
    '::ffff:0:7f00:1',
    '64:ff9b::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::10.0.0.1',
    '64:ff9b::1',
  ],
  ...[
    '64:ff9b:1::1',
    '64:ff9b:1:7f00:1::',
    '2002::',
    '2002:7f00:1::',
    '2002:7f00:1::1',
    '2002:a9fe:a9fe::1',
    '2002:a00:1::',
  ],
  ...[
    '2001::',
    '2001::1',
    '2001:0:7f00:1::',
    '2001:0:4136:e378:8000:63bf:80ff:fffe',
    '2001:2::1',
    '2001:10::1',
    '2001:20::1',
  ],
  ...['2001:1ff::1', '2001:db8::', '2001:db8::1', '2001:db8:ffff::1', '2620:4f:8000::1', '3fff::1', '3fff:fff::1'],
  ...['fe80::5efe:127.0.0.1', 'fe80::5efe:10.0.0.1'],
  // no address at all
  ...[
    '',
    'localhost',
    '127.1',
    '0x7f.1',
    '2130706433',
    '127.0.0.1.',
    ' 127.0.0.1',
    '256.0.0.1',
    '[::1]',
    '1.2.3',
    '::ffff:1.2.3',
  ],
];

it('is tried with at least 120 of them', () => {
  expect(new Set(REFUSED).size).toBeGreaterThanOrEqual(120);
});

it.each(REFUSED)('refuses %j', (address) => {
  expect(guard.permits(address)).toBe(false);
});

it.each([
  ...[
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.1',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.1',
  ],
  ...['169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.1', '192.0.3.1', '192.167.255.255'],
  ...['192.169.0.0', '198.17.255.255', '198.20.0.0', '198.51.99.1', '203.0.112.1', '203.0.114.1', '223.255.255.255'],
  ...[
    '2606:4700:4700::1111',
    '2001:4860:4860::8888',
    '2a00:1450::1',
    '2001:200::1',
    '2003::1',
    '3ffe::1',
    '2620:4f:8001::1',
  ],
])('permits %s', (address) => {
  expect(guard.permits(address)).toBe(true);
});

/** As a URL has them: what people write to get around a check becomes an address before anybody looks. */
it.each([
  ...[
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '0x7f.0.0.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '0177.0.0.1',
    '127.0.0.1.',
  ],
  ...['0', '0.0.0.0', '①②⑦.⓪.⓪.①', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:0:0:1]', '[::]'],
  ...[
    'localhost',
    'LOCALHOST',
    'localhost.',
    'a.localhost',
    'a.b.localhost.',
    '169.254.169.254',
    '0xa9fea9fe',
    '2852039166',
  ],
  ...['[fd00:ec2::254]', '[64:ff9b::169.254.169.254]', '[2002:7f00:1::]'],
])('refuses http://%s/', (host) => {
  const addresses = knownAddresses(new URL(`http://${host}/`).hostname);
  expect(addresses.length).toBeGreaterThan(0);
  expect(addresses.some((address) => guard.permits(address))).toBe(false);
});

describe('with networks that the operator allows', () => {
  const some = new AddressGuard(['127.0.0.0/8', '10.1.0.0/16', '::1', 'fd00:7::/32']);

  it.each(['127.0.0.1', '127.9.9.9', '10.1.2.3', '::1', 'fd00:7::5', '8.8.8.8'])('permits %s', (address) => {
    expect(some.permits(address)).toBe(true);
  });

  it.each(['10.2.0.1', '192.168.0.1', '::2', 'fd00:8::1', '::ffff:127.0.0.1', '::ffff:10.1.2.3', '64:ff9b::7f00:1'])(
    'still refuses %s',
    (address) => {
      expect(some.permits(address)).toBe(false);
    },
  );
});
