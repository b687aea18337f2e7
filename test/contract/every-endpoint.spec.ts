import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AccountCallId, CALLS, type Protocol } from '#libs/alliance';
import {
  asGiven,
  type DocumentedMember,
  documentedEndpoints,
  publishedBodies,
  STRAY,
} from '../../libs/alliance/test/published-bodies.js';
import { coverageTable, type Examples, type Proof } from './protocol-coverage.js';
import { BROWSER, staged } from './protocol-scenes.js';
import { type Body, protocolsOf, rowOf, World } from './protocol-world.js';

const COVERAGE = 'docs/protocol-coverage.md';
const ENDPOINTS = documentedEndpoints();
const IDS = (Object.keys(CALLS) as AccountCallId[]).filter((id) => rowOf(id).v1 ?? rowOf(id).v2);

const endpointOf = (id: AccountCallId, protocol: Protocol) => {
  const path = protocol === '1.0' ? rowOf(id).v1?.path : rowOf(id).v2?.path;
  const endpoint = ENDPOINTS.find((one) => one.path === path);
  if (!endpoint) throw new Error(`${id} of ${protocol} is not documented`);
  return endpoint;
};

/** No example is printed for this call. */
const UNPRINTED: Readonly<Partial<Record<AccountCallId, Body>>> = {
  'h2h.operations.by-merchant-request-id': { merchantRequestId: 'x' },
};

const CASES = IDS.flatMap((id) => {
  const printed = publishedBodies(id, 'request').map((one) => ({
    file: one.file,
    body: asGiven(id, rowOf(id).fills, one),
  }));
  const samples = printed.length > 0 ? printed : [{ file: 'none printed', body: UNPRINTED[id] ?? {} }];
  return samples.flatMap((sample) => protocolsOf(id).map((protocol) => ({ id, protocol, ...sample })));
});

/** When a conditional member has to be there. Others depend on what only the bank knows, or on what the caller wants. */
const CONDITIONS: Readonly<Record<string, (body: Body) => boolean>> = {
  'hppPayType = PREAUTH': ({ hppPayType }) => hppPayType === 'PREAUTH',
  'hppPayType = A2A': ({ hppPayType }) => hppPayType === 'A2A',
  'coinAmount absent': ({ coinAmount }) => coinAmount === undefined,
  'transactionAmount absent': ({ transactionAmount }) => transactionAmount === undefined,
  'paymentMethodType = CARD (default)': ({ paymentMethodType: type }) => type === 'CARD',
  'paymentMethodType = CARD': ({ paymentMethodType: type }) => type === 'CARD',
  'paymentMethodType = TOKEN': ({ paymentMethodType: type }) => type === 'TOKEN',
  'paymentMethodType = APPLE_PAY_ENCRYPTED': ({ paymentMethodType: type }) => type === 'APPLE_PAY_ENCRYPTED',
  'paymentMethodType = GOOGLE_PAY_ENCRYPTED': ({ paymentMethodType: type }) => type === 'GOOGLE_PAY_ENCRYPTED',
  'paymentMethodType = APPLE_PAY_DECRYPTED or GOOGLE_PAY_DECRYPTED': ({ paymentMethodType: type }) =>
    typeof type === 'string' && type.endsWith('_DECRYPTED'),
  'paymentMethodType is not APPLE_PAY_ENCRYPTED / APPLE_PAY_DECRYPTED (amount is inside the Apple token)': ({
    paymentMethodType: type,
  }) => typeof type === 'string' && !type.startsWith('APPLE'),
  'directType = REDIRECT': ({ directType }) => directType === 'REDIRECT',
  'directType present': ({ directType }) => directType !== undefined,
  'rules present': ({ rules }) => rules !== undefined,
  'filters present': ({ filters }) => filters !== undefined,
  'filters present and operator is not LIKE': ({ filters }) => filters !== undefined,
};

const isNeeded = ({ name, required, condition = '' }: DocumentedMember, body: Body): boolean => {
  if (required === true) return true;
  if (condition === 'operation requires 3DS') return name.includes('.') && 'browserInfo' in body;
  return required === 'conditional' && (CONDITIONS[condition]?.(body) ?? false);
};

/** The objects that hold the last member of a path. */
function holders(body: unknown, path: readonly string[]): Body[] {
  const [head, ...rest] = path;
  if (head === undefined || typeof body !== 'object' || body === null) return [];
  if (rest.length === 0) return [body as Body];
  const inner = (body as Body)[head.replace('[]', '')];
  return (Array.isArray(inner) ? inner : [inner]).flatMap((item) => holders(item, rest));
}

/** Undefined where the body has no such member. */
function without(body: Body, name: string): Body | undefined {
  const copy = structuredClone(body);
  const path = name.split('.');
  const last = path.at(-1)?.replace('[]', '') ?? name;
  const places = holders(copy, path).filter((place) => last in place);
  for (const place of places) Reflect.deleteProperty(place, last);
  return places.length > 0 ? copy : undefined;
}

const neededIn = (id: AccountCallId, protocol: Protocol, wire: Body): string[] =>
  endpointOf(id, protocol)
    .request.filter((member) => isNeeded(member, wire) && !/[#?:]/.test(member.name))
    .map(({ name }) => name)
    .filter((name) => !STRAY[id]?.includes(name));

let world: World;
const proofs = new Map<string, Proof>();

beforeAll(async () => {
  world = await World.start();
}, 30_000);
afterAll(() => world.stop());

describe('every call goes through both sides', () => {
  it.each(CASES)('$id of $protocol: $file', async ({ id, protocol, body }) => {
    const given = await staged(world, id, body);
    const wire = world.wireOf(id, given);
    const needed = neededIn(id, protocol, wire);
    const taken: string[] = [];
    for (const name of needed) {
      const lacking = without(wire, name);
      const filled = rowOf(id).fills.includes(name as 'date');
      const ungiven = filled ? undefined : without(given, name);
      if (ungiven && rowOf(id).body.safeParse(ungiven).success) taken.push(`client: ${name}`);
      if (lacking && (await world.refusalOf(id, protocol, lacking)) === undefined) taken.push(`bank: ${name}`);
    }
    expect(taken).toEqual([]);
    const answer = await world.call(id, given, protocol); // none of the refused ones has left a trace
    expect(answer).toEqual(expect.any(Object));
    const { path } = endpointOf(id, protocol);
    const proof = proofs.get(path) ?? { bodies: 0, refused: new Set() };
    proofs.set(path, { bodies: proof.bodies + 1, refused: new Set([...proof.refused, ...needed]) });
  });
});

describe('what is no call of an account', () => {
  const prove = (path: string): void => {
    proofs.set(path, { bodies: 1, refused: new Set() });
  };
  const post = (path: string, body: object): Promise<Response> =>
    fetch(world.simulator.url + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'x-api_version': 'V1' },
    });
  const requests = async (path: string): Promise<readonly unknown[]> =>
    world.simulator.ledger(`kind=request&path=${path}`);

  it('a session was opened, and none without its code', async () => {
    const opened = await world.simulator.ledger('kind=authorize');
    expect(opened[0]).toMatchObject({ ok: true });
    const refused = await post(CALLS['auth.authorize-virtual-device'].open.path, {});
    expect(await refused.json()).toHaveProperty('msgCode');
    prove(CALLS['auth.authorize-virtual-device'].open.path);
  });

  it.each(['keys.public-key-get', 'keys.public-key-get-recurring'] as const)(
    '%s was asked by the client',
    async (id) => {
      const { path } = CALLS[id].open;
      expect(await requests(path)).toContainEqual(expect.objectContaining({ httpStatus: 200 }));
      expect((await post(path, {})).status).toBe(404);
      prove(path);
    },
  );

  it('the cipher helpers encrypt and decrypt', async () => {
    await world.simulator.control('personalities', { name: 'cipher_helpers' });
    const key = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
    const { d, ...publicHalf } = key;
    const [encrypt, decrypt] = [CALLS['cipher.encrypt-by-jwk'].open.path, CALLS['cipher.decrypt-by-jwk'].open.path];
    const sealed = await (await post(`${encrypt}?message=2603123`, publicHalf)).text();
    expect(await (await post(`${decrypt}?message=${sealed}`, { ...publicHalf, d })).text()).toBe('2603123');
    prove(encrypt);
    prove(decrypt);
  });

  it('the pages of the browser open', async () => {
    const { operationId, ecomOperationId } = await world.paid();
    const receipt = await fetch(await world.pageUrl('browser.receipt', { operationId, ecomOperationId }));
    expect(receipt.headers.get('content-type')).toBe('application/pdf');
    prove(CALLS['browser.receipt'].page.path);
    const asked = await staged(world, 'h2h.purchase.execute', {
      operationId: 'x',
      encryptedCardData: 'x',
      browserInfo: {},
    });
    const { operationId: waiting } = await world.call('h2h.purchase.execute', { ...asked, browserInfo: BROWSER });
    const page = await fetch(await world.pageUrl('browser.three-ds-redirect', { operationId: waiting }));
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    prove(CALLS['browser.three-ds-redirect'].page.path);
  });
});

it('the table of docs/protocol-coverage.md is of today (UPDATE_COVERAGE=1 writes it)', () => {
  const printed: Examples = (id) => [publishedBodies(id, 'request').length, publishedBodies(id, 'response').length];
  const table = coverageTable(ENDPOINTS, proofs, printed);
  if (process.env['UPDATE_COVERAGE'] === '1') writeFileSync(COVERAGE, table);
  expect(ENDPOINTS.filter(({ path }) => !proofs.has(path)).map(({ id }) => id)).toEqual([]);
  expect(readFileSync(COVERAGE, 'utf8')).toBe(table);
});
