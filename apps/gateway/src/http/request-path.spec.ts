import { routedUrl } from './request-path.js';

it.each([
  ['/v1/payments?limit=1', '', '/v1/payments?limit=1'],
  ['/shop/v1/payments', '/shop', '/v1/payments'],
  ['/v1/payments', '/shop', '/v1/payments'],
  ['/shop?x', '/shop', '/?x'],
  ['/shopping', '/shop', '/shopping'],
  ['/pay/pay/link_0a?page=1', '/pay', '/pay/link_0a?page=1'],
  ['/pay/link_0a/pay_0b', '/pay', '/pay/link_0a/pay_0b'],
  ['/pay/v1/payments', '/pay', '/v1/payments'],
])('%s is asked for under the prefix "%s": the router sees %s', (url, basePath, routed) => {
  expect(routedUrl(url, basePath)).toBe(routed);
});
