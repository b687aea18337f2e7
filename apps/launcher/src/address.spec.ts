import { isHost, shownUrlOf, urlOf } from './address.js';

it.each([
  ['127.0.0.1', 'http://127.0.0.1:1', 'http://localhost:1'],
  ['0.0.0.0', 'http://127.0.0.1:1', 'http://localhost:1'],
  ['0', 'http://127.0.0.1:1', 'http://localhost:1'],
  ['::', 'http://[::1]:1', 'http://localhost:1'],
  ['::1', 'http://[::1]:1', 'http://localhost:1'],
  ['0:0:0:0:0:0:0:1', 'http://[::1]:1', 'http://localhost:1'],
  ['localhost', 'http://localhost:1', 'http://localhost:1'],
  ['192.0.2.7', 'http://192.0.2.7:1', 'http://192.0.2.7:1'],
  ['2001:db8::7', 'http://[2001:db8::7]:1', 'http://[2001:db8::7]:1'],
  ['box.example', 'http://box.example:1', 'http://box.example:1'],
])('reaches what listens on %s at %s', (host, url, shown) => {
  expect(isHost(host)).toBe(true);
  expect([urlOf(host, 1), shownUrlOf(host, 1)]).toEqual([url, shown]);
});

it.each(['a b', 'a/b', 'u@h', 'fe80::1%eth0', '[::1]', 'tcp://10.0.0.1:80'])('takes %s for no host', (host) => {
  expect(isHost(host)).toBe(false);
});
