import * as gateway from '../../apps/gateway/src/config/blocked-ports.js';
import * as launcher from '../../apps/launcher/src/blocked-ports.js';
import * as shop from '../../apps/shop/src/blocked-ports.js';
import * as simulator from '../../apps/simulator/src/blocked-ports.js';

/** What Node's own fetch says of a port before it opens any connection. */
async function fetchRefuses(port: number): Promise<boolean> {
  const failure: unknown = await fetch(`http://127.0.0.1:${port}`, { method: 'HEAD' }).catch((error: unknown) => error);
  return (failure as { cause?: Error }).cause?.message === 'bad port';
}

/** Apps share no code, so each has the list. */
it.each(Object.entries({ gateway, launcher, shop, simulator }))(
  'the %s knows the ports that fetch refuses',
  async (_app, { isBlocked }) => {
    const blocked = Array.from({ length: 65_536 }, (_, port) => port).filter(isBlocked);
    expect(blocked).toHaveLength(82);
    expect(await Promise.all(blocked.map(fetchRefuses))).toEqual(blocked.map(() => true));
  },
);
