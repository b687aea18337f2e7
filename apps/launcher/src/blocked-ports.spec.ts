import { isBlocked } from './blocked-ports.js';

/** What Node's own fetch says of a port before it opens any connection. */
async function fetchRefuses(port: number): Promise<boolean> {
  const failure: unknown = await fetch(`http://127.0.0.1:${port}`, { method: 'HEAD' }).catch((error: unknown) => error);
  return (failure as { cause?: Error }).cause?.message === 'bad port';
}

it('knows the ports that fetch refuses', async () => {
  const blocked = Array.from({ length: 65_535 }, (_, index) => index + 1).filter(isBlocked);
  expect(blocked).toHaveLength(82);
  expect(await Promise.all(blocked.map(fetchRefuses))).toEqual(blocked.map(() => true));
  expect([80, 443, 4000, 4001, 4002, 8080].filter(isBlocked)).toEqual([]);
});
