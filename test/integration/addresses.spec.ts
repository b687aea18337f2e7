import { type PaymentView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { ConfigError, loadConfig } from '../../apps/gateway/src/config/gateway-config.js';
import { aPaymentRequest, type Problem } from '../support/gateway-client.js';
import { type EdgeApp, startEdgeApp } from './edge-app.js';
import { aKey } from './gateway-parts.js';

/** Every address that we accept or make works on every way out. */
describe.each([
  ['without a prefix', ''],
  ['under the prefix of a proxy', '/pay/gate'],
])('addresses %s', (_what, prefix) => {
  let edge: EdgeApp;
  let origin: string;

  beforeAll(async () => {
    edge = await startEdgeApp({ PUBLIC_URL: `https://gateway.example${prefix}/` });
    origin = `http://127.0.0.1:${edge.port}`;
  });
  afterAll(() => edge.stop());

  const get = (path: string) => fetch(`${origin}${path}`, { redirect: 'manual' });
  const pay = async (returnUrl: string): Promise<PaymentView> => {
    const response = await fetch(`${origin}${prefix}/v1/payments`, {
      method: 'POST',
      body: JSON.stringify(aPaymentRequest({ returnUrl })),
      headers: {
        authorization: `Bearer ${edge.apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': aKey(),
      },
    });
    expect(response.status).toBe(201);
    return (await response.json()) as PaymentView;
  };
  const sent = () => edge.bank.orders.at(-1)!;

  it.each([
    'https://shop.example/дякуємо?замовлення=1',
    'https://магазин.укр/',
    'https://shop.example/a b?c=d e#є',
    'https://shop.example/"<>\\^`{|}',
    'https://shop.example/😀?x=%D1%94',
    'HTTPS://SHOP.EXAMPLE',
    'https://shop.example/\u2028x',
  ])('lead the customer to %s', async (returnUrl) => {
    const { returnUrl: shown } = await pay(returnUrl);
    const { pathname } = new URL(sent().page.returnUrl);
    const answer = await get(pathname);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, new URL(returnUrl).href]);
    expect(shown).toBe(new URL(returnUrl).href);
  });

  it('lead the customer on where an older version kept the address as it was typed', async () => {
    const { id } = await pay('https://shop.example/');
    const typed = 'https://shop.example/дякуємо';
    await edge.database.query('UPDATE payment SET return_url = $2 WHERE id = $1', [id, typed]);
    const answer = await get(new URL(sent().page.returnUrl).pathname);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, new URL(typed).href]);
  });

  it('of callbacks work as the bank gets them, and where a proxy strips the prefix', async () => {
    await pay('https://shop.example/');
    const { href, pathname } = new URL(sent().callbackUrl);
    expect(href).toMatch(new RegExp(`^https://gateway\\.example${prefix}/callbacks/alliance/`, 'u'));
    for (const path of [pathname, pathname.slice(prefix.length)]) {
      expect((await fetch(`${origin}${path}`, { method: 'POST', body: 'x' })).status).toBe(200);
    }
  });

  it('of the documentation lead to what is there', async () => {
    for (const page of [`${prefix}/docs`, `${prefix}/docs/problems`]) {
      const html = await (await get(page)).text();
      const links = [...html.matchAll(/(?:href|src)="([^"#:]+)"/gu)].map(([, link]) => new URL(link!, origin + page));
      expect(links.length).toBeGreaterThan(0);
      for (const { pathname } of links) {
        expect(pathname.startsWith(`${prefix}/`)).toBe(true);
        expect([pathname, (await get(pathname)).status]).toEqual([pathname, 200]);
      }
    }
    const script = await (await get(`${prefix}/docs/start.js`)).text();
    const document = new URL(/url: '([^']+)'/u.exec(script)![1]!, `${origin}${prefix}/docs`);
    const { servers } = (await (await get(document.pathname)).json()) as { servers: { url: string }[] };
    expect(new URL(servers[0]!.url, document).pathname).toBe(`${prefix}/`);
  });

  it('of problems lead to their explanation', async () => {
    for (const path of ['/v1/payments', '/nowhere', '/v1/%zz']) {
      const { type, code } = (await (await get(prefix + path)).json()) as Problem & { type: string };
      expect(type).toBe(`https://gateway.example${prefix}/docs/problems#${code}`);
      const { pathname } = new URL(type);
      expect(await (await get(pathname)).text()).toContain(`id="${code}"`);
    }
  });
});

describe('a base address', () => {
  it.each([
    'https://gateway.example/?a=b',
    'https://gateway.example/#x',
    'https://gateway.example/?',
    'https://user:secret@gateway.example/',
    'ftp://gateway.example/',
    'gateway.example',
    `https://gateway.example/${'x'.repeat(100)}`,
  ])('%s is refused in a sentence without secrets', (url) => {
    expect(() => loadConfig({ PUBLIC_URL: url })).toThrow(ConfigError);
    expect(() => loadConfig({ PUBLIC_URL: url })).toThrow(/^PUBLIC_URL must /u);
    expect(() => loadConfig({ PUBLIC_URL: url })).not.toThrow(/secret/u);
  });

  it.each([
    ['ALLIANCE_BASE_URL', 'local'],
    ['VAULT_ADDR', 'vault'],
    ['AWS_KMS_ENDPOINT', 'aws-kms'],
  ])('%s has no query either', (name, provider) => {
    expect(() => loadConfig({ KEYSTORE_PROVIDER: provider, [name]: 'https://host.example/?a' })).toThrow(
      new RegExp(`^${name} must `, 'mu'),
    );
  });

  it('that is http in any spelling is refused for a live account', () => {
    expect(() => loadConfig({ ALLIANCE_ENVIRONMENT: 'live', PUBLIC_URL: 'HTTP://gateway.example' })).toThrow(
      /^PUBLIC_URL must be https/mu,
    );
    expect(() => loadConfig({ ALLIANCE_ENVIRONMENT: 'live', ALLIANCE_BASE_URL: 'HTTP://bank.example' })).toThrow(
      /^ALLIANCE_BASE_URL must be https/mu,
    );
  });

  it('is written as browsers write it', () => {
    expect(
      loadConfig({ DATABASE_URL: 'postgres://127.0.0.1/x', PUBLIC_URL: 'https://Оплата.укр/каса/' }).publicUrl,
    ).toBe('https://xn--80aa5alfu.xn--j1amh/%D0%BA%D0%B0%D1%81%D0%B0');
  });
});
