import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, verify } from 'node:crypto';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { CompactSign } from 'jose';
import { type Json, MerchantAtBank, signed, SIGNED_API } from '../test/merchant-at-bank.js';

let at: MerchantAtBank;
beforeAll(async () => {
  at = await MerchantAtBank.start();
});
beforeEach(() => {
  at.reset();
});
afterAll(() => at.simulator.close());

const PATH = '/balance/get_v1';
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const headerOf = (over: Json = {}): Json => ({
  alg: 'ES256',
  kid: at.kid,
  ts: Date.now(),
  targetUrl: SIGNED_API + PATH,
  ...over,
});

const publicPem = (): string => JSON.stringify(at.merchant.signingKeys?.[0]?.publicKey);
const raw = (token: string) => fetch(at.simulator.url + SIGNED_API + PATH, { method: 'POST', body: token });

/** A token whose signature is changed. */
const respelled = (token: string, change: (signature: Buffer) => Buffer): string => {
  const [head, payload, signature = ''] = token.split('.');
  return `${head}.${payload}.${change(Buffer.from(signature, 'base64url')).toString('base64url')}`;
};
const resigned = (change: (signature: Buffer) => Buffer): string =>
  respelled(signed(headerOf(), {}, at.signingKey), change);

/** (r, s) and (r, n − s) verify alike. Source: SEC 1, section 4.1.4. */
const mirrored = (signature: Buffer): Buffer => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n; // of P-256
  const s = order - BigInt(`0x${signature.subarray(32).toString('hex')}`);
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
};

/** What is wrong with a token; each must be refused, and none may act. */
const ATTACKS: readonly (readonly [name: string, token: () => string, why: RegExp])[] = [
  ['alg none', () => `${encode(headerOf({ alg: 'none' }))}.${encode({})}.`, /syntax/],
  ['alg none with a signature', () => signed(headerOf({ alg: 'none' }), {}, at.signingKey), /alg/],
  [
    'HS256 with the public key',
    () => {
      const input = `${encode(headerOf({ alg: 'HS256' }))}.${encode({})}`;
      return `${input}.${createHmac('sha256', publicPem()).update(input).digest('base64url')}`;
    },
    /alg/,
  ],
  [
    'a jwk of its own',
    () => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return signed(headerOf({ jwk: publicKey.export({ format: 'jwk' }) }), {}, privateKey);
    },
    /signature/,
  ],
  ...['jku', 'x5u'].map(
    (member) =>
      [
        `a ${member} of its own`,
        () => {
          const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
          return signed(headerOf({ [member]: 'http://127.0.0.1:1/keys' }), {}, privateKey);
        },
        /signature/,
      ] as const,
  ),
  ['an unknown kid', () => signed(headerOf({ kid: randomUUID() }), {}, at.signingKey), /kid/],
  ['no kid', () => signed(headerOf({ kid: undefined }), {}, at.signingKey), /kid/],
  ['a kid that is an object', () => signed(headerOf({ kid: {} }), {}, at.signingKey), /kid/],
  ['ts in seconds', () => signed(headerOf({ ts: Math.floor(Date.now() / 1_000) }), {}, at.signingKey), /seconds/],
  ['ts 61 s old', () => signed(headerOf({ ts: Date.now() - 61_000 }), {}, at.signingKey), /60 s/],
  ['ts 61 s ahead', () => signed(headerOf({ ts: Date.now() + 61_500 }), {}, at.signingKey), /60 s/],
  ['ts as a fraction', () => signed(headerOf({ ts: Date.now() + 0.5 }), {}, at.signingKey), /ts/],
  [
    'ts as text in seconds',
    () => signed(headerOf({ ts: String(Math.floor(Date.now() / 1_000)) }), {}, at.signingKey),
    /ts/,
  ],
  ['no ts', () => signed(headerOf({ ts: undefined }), {}, at.signingKey), /ts/],
  [
    'another targetUrl',
    () => signed(headerOf({ targetUrl: `${SIGNED_API}/payments/refund_v1` }), {}, at.signingKey),
    /targetUrl/,
  ],
  [
    'a full targetUrl',
    () => signed(headerOf({ targetUrl: at.simulator.url + SIGNED_API + PATH }), {}, at.signingKey),
    /targetUrl/,
  ],
  ['no targetUrl', () => signed(headerOf({ targetUrl: undefined }), {}, at.signingKey), /targetUrl/],
  [
    'a targetUrl with a query',
    () => signed(headerOf({ targetUrl: `${SIGNED_API + PATH}?a=1` }), {}, at.signingKey),
    /targetUrl/,
  ],
  ['a signature of zeros', () => resigned(() => Buffer.alloc(64)), /signature/],
  ['a signature that is a byte short', () => resigned((signature) => signature.subarray(0, 63)), /signature/],
  [
    'a signature with a byte more',
    () => resigned((signature) => Buffer.concat([signature, signature.subarray(0, 1)])),
    /signature/,
  ],
  ['a last character with bits to spare', () => signed(headerOf(), {}, at.signingKey).replace(/.$/, 'B'), /syntax/],
  ['a DER signature', () => signed(headerOf(), {}, at.signingKey, 'der'), /signature/],
  ['another curve’s alg', () => signed(headerOf({ alg: 'ES384' }), {}, at.signingKey), /alg/],
  ['a crit member', () => signed(headerOf({ crit: ['exp'], exp: 1 }), {}, at.signingKey), /crit/],
  ['b64 false', () => signed(headerOf({ b64: false, crit: ['b64'] }), {}, at.signingKey), /crit/],
  [
    'a changed payload',
    () => signed(headerOf(), {}, at.signingKey).replace(/\.[^.]+\./, `.${encode({ a: 1 })}.`),
    /signature/,
  ],
  ['padding', () => `${signed(headerOf(), {}, at.signingKey)}==`, /syntax/],
  ['two segments', () => signed(headerOf(), {}, at.signingKey).split('.').slice(0, 2).join('.'), /syntax/],
  ['four segments', () => `${signed(headerOf(), {}, at.signingKey)}.AAAA`, /syntax/],
  ['plain JSON', () => '{}', /syntax/],
  ['nothing', () => '', /syntax/],
  ['a payload that is a list', () => `${encode(headerOf())}.${encode([])}.AAAA`, /syntax/],
];

describe('a signed request', () => {
  it('is carried out, and the answer is signed under a key that both sides can look up', async () => {
    const answer = await raw(signed(headerOf(), {}, at.signingKey));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    const token = await answer.text();
    const [head = '', body = '', tail = ''] = token.split('.');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Json;
    expect(Object.keys(header)).toEqual(['alg', 'kid']);
    const asked = await fetch(`${at.simulator.url}/ecom/keys/public_key/get_v1`, {
      method: 'POST',
      body: JSON.stringify({ kid: header['kid'] }),
    });
    const { publicKey } = (await asked.json()) as { publicKey: string };
    const key = { key: createPublicKey(publicKey), dsaEncoding: 'ieee-p1363' as const };
    expect(verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(tail, 'base64url'))).toBe(true);
    const other = await fetch(`${at.simulator.url}/keys/get_public_key_v1`, {
      method: 'POST',
      body: JSON.stringify({ kid: header['kid'] }),
    });
    expect(other.status).toBe(404);
  });

  it('may carry ts as text, and members nobody knows', async () => {
    const header = headerOf({ ts: String(Date.now()), typ: 'JWT' });
    expect((await at.postSigned(PATH, signed(header, {}, at.signingKey))).status).toBe(200);
  });

  it('is right by real time when the bank is ahead', async () => {
    await at.control('POST', 'clock', { advanceMs: 3_600_000 });
    expect((await at.callSigned(PATH, {})).status).toBe(200);
  });

  it.each(ATTACKS)('with %s is refused', async (_name, token, why) => {
    const refused = await at.postSigned(PATH, token());
    expect(refused).toMatchObject({ status: 401, body: { msgCode: 'b_invalid_request', msgType: 'ERROR' } });
    expect(refused.body['msgText']).toMatch(why);
  });

  it('of a megabyte is refused, and the next one is served', async () => {
    const answer = await raw(signed(headerOf(), { a: 'x'.repeat(1_048_576) }, at.signingKey));
    expect(answer.status).toBe(413);
    expect((await at.callSigned(PATH, {})).status).toBe(200);
  });

  it('is told apart by what it says, not by its text, which anybody can spell another way', async () => {
    const payOut = {
      merchantRequestId: randomUUID(),
      merchantId: at.merchant.merchantId,
      encryptedCardNumber: await at.seal('4111111111111111'),
      coinAmount: 1_000,
      date: at.date(),
      customerData: { recipientCustomerId: 'r1', recipientItn: '1234567890' },
    };
    const path = '/payments/account_to_card_v3';
    const token = signed(headerOf({ targetUrl: SIGNED_API + path }), payOut, at.signingKey);
    const first = await at.postSigned(path, token);
    const second = await at.postSigned(path, respelled(token, mirrored));
    expect(first).toMatchObject({ status: 200, body: { type: 'ACCOUNT_2_CARD' } });
    expect(second).toMatchObject({ status: 400, body: { msgCode: 'b_duplicate_field_value' } });
  });

  it('of a kid that nobody knows is refused however many there are, and the next one is served', async () => {
    const storm = Array.from({ length: 300 }, () =>
      at.postSigned(PATH, signed(headerOf({ kid: randomUUID() }), {}, at.signingKey)),
    );
    expect(new Set((await Promise.all(storm)).map(({ status }) => status))).toEqual(new Set([401]));
    expect((await at.callSigned(PATH, {})).status).toBe(200);
  });

  it('of another merchant’s kid, or for a terminal that is not of the kid, is refused', async () => {
    const stranger = { ...at.merchant, serviceCode: randomUUID(), merchantId: randomUUID() };
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const kid = randomUUID();
    at.bank.merchants.add({ ...stranger, signingKeys: [{ kid, publicKey: publicKey.export({ format: 'jwk' }) }] });
    const borrowed = await at.postSigned(PATH, signed(headerOf({ kid }), {}, at.signingKey));
    expect(borrowed).toMatchObject({ status: 401, body: { msgText: 'JWS refused: signature' } });
    const search = await at.callSigned('/scheduled_payments/plan/search_v1', { merchantId: stranger.merchantId });
    expect(search.body['msgCode']).toBe('b_user_merchant_request_mismatch');
  });

  it.each(['P-384', 'P-521', 'rsa'])('may be signed with %s', async (curve) => {
    const { publicKey, privateKey } =
      curve === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
        : generateKeyPairSync('ec', { namedCurve: curve });
    const kid = randomUUID();
    at.bank.merchants.add({ ...at.merchant, signingKeys: [{ kid, publicKey: publicKey.export({ format: 'jwk' }) }] });
    const alg = { 'P-384': 'ES384', 'P-521': 'ES512', rsa: 'RS256' }[curve] ?? '';
    const token = await new CompactSign(Buffer.from('{}'))
      .setProtectedHeader({ ...headerOf({ kid }), alg })
      .sign(privateKey);
    expect((await at.postSigned(PATH, token)).status).toBe(200);
    at.bank.merchants.add(at.merchant);
  });
});

it('a refusal of business is signed, with its own status', async () => {
  const answer = await at.callSigned('/payments/operations_v1', { id: 'nobody' });
  expect(answer).toMatchObject({ status: 404, body: { msgCode: 'payment_operation_not_found' } });
});

it('a terminal of another key is refused', async () => {
  const body = { merchantId: randomUUID(), name: 'x', categorySubcategoryIndicator: 'C103', rules: [] };
  expect((await at.callSigned('/scheduled_payments/plan/create_v1', { ...body, filters: [] })).body).toHaveProperty(
    'validation',
  );
  const search = await at.callSigned('/scheduled_payments/plan/search_v1', { merchantId: randomUUID() });
  expect(search.body['msgCode']).toBe('b_merchant_not_found');
});

it('callbacks of signed requests are signed, and may carry a JWE', async () => {
  const received: string[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push(body);
      response.end('OK');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  try {
    const payOut = async (over: Json): Promise<void> => {
      await at.callSigned('/payments/account_to_card_v3', {
        merchantRequestId: randomUUID(),
        merchantId: at.merchant.merchantId,
        encryptedCardNumber: await at.seal('4111111111111111'),
        coinAmount: 1_000,
        date: at.date(),
        notificationUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/notify`,
        customerData: { recipientCustomerId: 'r1', recipientItn: '1234567890' },
        ...over,
      });
      await at.control('POST', 'clock', { advanceMs: 2_000 });
    };
    await payOut({});
    await at.control('POST', 'switches', { signedCallbackOfJwe: true });
    await payOut({ notificationEncryption: true });
    const payloads = received.map((token) => Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(JSON.parse(payloads[0] ?? '')).toMatchObject({
      type: 'ACCOUNT_2_CARD',
      status: 'SUCCESS',
      notificationSignature: true,
    });
    expect(payloads[1]?.split('.')).toHaveLength(5);
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});
