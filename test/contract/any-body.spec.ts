import fc from 'fast-check';
import { type AccountCallId, CALLS, type Protocol } from '#libs/alliance';
import { anyOf } from './any-body.js';
import { KNOWN, staged } from './protocol-scenes.js';
import { type Body, protocolsOf, rowOf, World } from './protocol-world.js';

/** Bodies of each call; another count and another seed find more: `BODIES=500 SEED=1`. */
const BODIES = Number(process.env['BODIES'] ?? 6);
const SEED = Number(process.env['SEED'] ?? 20_261_122);
const IDS = (Object.keys(CALLS) as AccountCallId[]).filter((id) => protocolsOf(id).length > 0);

let world: World;
beforeAll(async () => {
  world = await World.start();
}, 30_000);
afterAll(() => world.stop());

/** Members whose name means something else in an answer, or that the bank fills in by itself. */
const OWN_MEANING: Readonly<Partial<Record<AccountCallId, readonly string[]>>> = {
  'h2h.refund': ['operationId'],
};

/** The members of a request that the answer shows again, as they were sent and as they are shown. */
function shownAgain(sent: Body, shown: Body): { readonly sent: Body; readonly shown: Body } {
  const names = Object.keys(sent).filter(
    (name) => name in shown && typeof sent[name] !== 'object' && typeof shown[name] !== 'object',
  );
  const pick = (body: Body): Body => Object.fromEntries(names.map((name) => [name, body[name]]));
  return { sent: pick(sent), shown: pick(shown) };
}

const flat = ({ customerData, ...body }: Body): Body => ({ ...body, ...(customerData as Body | undefined) });

describe('any body that the schema allows goes through both sides and comes back', () => {
  it.each(IDS)('%s', async (id) => {
    const bodies = anyOf(rowOf(id).body, KNOWN) as fc.Arbitrary<Body>;
    const ways = fc.constantFrom<Protocol>(...protocolsOf(id));
    const property = fc.asyncProperty(bodies, ways, async (body, protocol) => {
      const given = await staged(world, id, body);
      const answer = await world.call(id, given, protocol).catch(async (error: unknown) => {
        throw new Error(
          `the bank takes no such body: ${String(await world.refusalOf(id, protocol, world.wireOf(id, given)))}`,
          { cause: error },
        );
      });
      const known = await world.shownOf(answer);
      const wire = flat(world.wireOf(id, given));
      for (const name of OWN_MEANING[id] ?? []) Reflect.deleteProperty(wire, name);
      const { sent, shown } = shownAgain(wire, known);
      expect(shown).toEqual(sent);
    });
    await fc.assert(property, { numRuns: BODIES, seed: SEED, endOnFailure: true }); // a failure prints its seed
  });
});
