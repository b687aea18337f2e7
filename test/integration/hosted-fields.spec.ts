import { createHash, generateKeyPairSync } from 'node:crypto';
import { AccountProvisioner } from '../../apps/gateway/src/payments/bank-access/account-provisioner.js';
import { aPaymentKey } from '../support/payment-key.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, OPS_KEY, startGateway, type WholeGateway } from './whole-gateway.js';

const SHOP = 'https://shop.example';
const OTHER_SHOP = 'https://other.example:8443';
const PRIVATE_KEY = JSON.stringify(
  generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' }),
);
type Script = Readonly<Record<'url' | 'integrity', string>>;

/** Fields for cards in a frame: who may show them, and what a page loads for them. */
describe('the card fields of an account', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let account: NewAccount;
  const key = aPaymentKey();

  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database);
    account = await addAccount(gateway, { paymentKey: key, shopOrigins: [SHOP, OTHER_SHOP] });
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
  });

  const read = ({ apiKey }: NewAccount) => gateway.call('GET', '/v1/hosted-fields', { key: apiKey });
  const pathOf = (url: string): string => new URL(url).pathname;
  const frame = (query: Readonly<Record<string, string>>, { id } = account) =>
    gateway.call('GET', `/hosted-fields/${id}?${new URLSearchParams(query).toString()}`);

  it('are told to the shop’s server: the frame, whose pages may show it, and scripts with their digests', async () => {
    const { status, body } = await read(account);
    const script = (name: string) => ({
      url: expect.stringMatching(new RegExp(String.raw`^https?://.+/browser/${name}\.[0-9a-f]{16}\.js$`, 'u')),
      integrity: expect.stringMatching(/^sha384-[\w+/]{64}$/u),
    });
    expect([status, body]).toEqual([
      200,
      {
        object: 'hosted_fields',
        merchantAccountId: account.id,
        shopOrigins: [SHOP, OTHER_SHOP],
        frameUrl: expect.stringMatching(new RegExp(`/hosted-fields/${account.id}$`, 'u')),
        scripts: { cardFields: script('card-fields'), cardEncryption: script('card-encryption') },
        livemode: false,
      },
    ]);
  });

  it('need the payment key of the bank, and no shop', async () => {
    expect((await read(await addAccount(gateway))).body['code']).toBe('PAYMENT_KEY_NOT_FOUND');
    const closed = await addAccount(gateway, { paymentKey: key });
    expect((await read(closed)).body['shopOrigins']).toEqual([]);
    expect((await frame({ origin: SHOP }, closed)).status).toBe(403);
  });

  it('load files that are kept for good, from any page, and are what their digest says', async () => {
    const { scripts } = (await read(account)).body as { scripts: Record<string, Script> };
    const page = (await frame({ origin: SHOP })).text;
    const ofFrame = [...page.matchAll(/(?:src|href)="([^"]+)" integrity="([^"]+)"/gu)];
    const files = ofFrame.map(([, url = '', integrity = '']) => ({ url, integrity }));
    expect(files).toHaveLength(2);
    for (const { url, integrity } of [...Object.values(scripts), ...files]) {
      const { status, text, headers } = await gateway.call('GET', pathOf(url));
      expect([status, `sha384-${createHash('sha384').update(text).digest('base64')}`]).toEqual([200, integrity]);
      expect(headers).toMatchObject({
        'access-control-allow-origin': '*',
        'cache-control': 'public, max-age=31536000, immutable',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
      });
    }
    const gone = await gateway.call('GET', '/browser/card-fields.0123456789abcdef.js');
    expect([gone.status, gone.body['code'], gone.headers['cache-control']]).toEqual([
      404,
      'ROUTE_NOT_FOUND',
      undefined,
    ]);
  });

  it('are a page that one origin may frame, and that can load its two files and nothing else', async () => {
    for (const origin of [SHOP, OTHER_SHOP]) {
      const { status, headers, text } = await frame({ origin, locale: 'en', theme: 'dark' });
      const [script = '', style = ''] = [/script src="([^"]+)"/u, /stylesheet" href="([^"]+)"/u].map(
        (one) => one.exec(text)?.[1],
      );
      expect([status, headers['content-security-policy']]).toEqual([
        200,
        `default-src 'none'; script-src ${script}; style-src ${style}; frame-ancestors ${origin}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'`,
      ]);
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
      expect(headers).not.toHaveProperty('x-frame-options');
      expect(text).toContain(`data-origin="${origin}"`);
      expect(text).not.toMatch(/<script>|<style|style=|onload=/u);
    }
  });

  it('speak Ukrainian and English, and say what they are to browsers and screen readers', async () => {
    const [uk, en, other] = await Promise.all(['uk', 'en', 'xx'].map((locale) => frame({ origin: SHOP, locale })));
    expect(uk?.text).toContain('Номер картки');
    expect(en?.text).toContain('Card number');
    expect(other?.text).toBe(uk?.text);
    for (const [id, name] of Object.entries({ number: 'cc-number', expiry: 'cc-exp', cvv: 'cc-csc' })) {
      expect(en?.text).toMatch(new RegExp(`<label for="${id}">`, 'u'));
      expect(en?.text).toMatch(
        new RegExp(
          `<input id="${id}"[^>]* inputmode="numeric" autocomplete="${name}"[^>]* aria-describedby="${id}-error"`,
          'u',
        ),
      );
    }
  });

  it.each([
    ['another origin', 'https://evil.example'],
    ['a path', `${SHOP}/`],
    ['another port', `${SHOP}:444`],
    ['several', `${SHOP} https://evil.example`],
    ['markup', `${SHOP}"><script>`],
    ['nothing', ''],
  ])('are refused to %s, and that answer can be framed by nobody', async (_what, origin) => {
    const { status, body, headers, text } = await frame({ origin });
    expect([status, body['code'], headers['content-security-policy']]).toEqual([
      403,
      'SHOP_ORIGIN_UNKNOWN',
      "default-src 'none'; frame-ancestors 'none'",
    ]);
    if (origin !== '') expect(text).not.toContain(origin);
  });

  describe('the origins', () => {
    const change = (id: string, shopOrigins: unknown) =>
      gateway.call('PATCH', `/ops/merchant-accounts/${id}`, { key: OPS_KEY, body: { shopOrigins } });

    it('are changed by an operator, and taken back', async () => {
      const { id } = await addAccount(gateway, { paymentKey: key, shopOrigins: [SHOP] });
      expect((await change(id, [OTHER_SHOP])).body['shopOrigins']).toEqual([OTHER_SHOP]);
      expect((await frame({ origin: SHOP }, { ...account, id })).status).toBe(403);
      expect((await frame({ origin: OTHER_SHOP }, { ...account, id })).status).toBe(200);
      expect((await change(id, null)).body['shopOrigins']).toBeNull();
      expect((await frame({ origin: OTHER_SHOP }, { ...account, id })).status).toBe(403);
    });

    it.each([
      ...['http://shop.example', 'https://shop.example/', 'https://SHOP.example', 'https://shop.example:443', '*'],
      ...['https://*.example', 'https://u:p@shop.example', 'null', 'https://shop.example; script-src *', ''],
    ])('are no origins like %s', async (origin) => {
      const { status, body } = await change(account.id, [SHOP, origin]);
      expect([status, (body['errors'] as { path: string }[])[0]?.path]).toEqual([400, 'shopOrigins.1']);
    });

    it('may be this machine without TLS', async () => {
      const { id } = await addAccount(gateway, { paymentKey: key });
      const local = ['http://localhost:4002', 'http://127.0.0.1:4002', 'http://[::1]:4002'];
      expect((await change(id, local)).body['shopOrigins']).toEqual(local);
    });

    it('come by the environment, and stay where it does not name any', async () => {
      const provision = (shopOrigins?: string[], name = 'Shop'): Promise<string> =>
        gateway.app.get(AccountProvisioner).provision({
          ...{ name, environment: 'test', baseUrl: 'https://bank.example', merchantId: 'origins' },
          ...{ serviceCode: 'service', privateKey: PRIVATE_KEY, apiKey: undefined, shopOrigins },
        });
      const id = await provision([SHOP]);
      const kept = async (): Promise<unknown> =>
        (await database.query('SELECT shop_origins AS kept FROM merchant_account WHERE id = $1', [id]))[0]?.['kept'];
      expect(await kept()).toEqual([SHOP]);
      await provision(undefined, 'Renamed');
      expect(await kept()).toEqual([SHOP]);
    });
  });
});
