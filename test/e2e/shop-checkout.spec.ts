import { type BrowserContext, type Page } from 'playwright-core';
import { launchBrowser, type TestBrowser } from '../support/browser.js';
import { type Stack, startStack } from '../support/stack.js';
import { goBack, passChallenge, payWith } from './hosted-page.js';

/** A card of the simulator. */
const CARD_WITH_3DS = '5555 5555 5555 4444';

describe('a customer in the shop', () => {
  let stack: Stack;
  let browser: TestBrowser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ withCardFields: true }), launchBrowser()]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await stack.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
  });
  afterEach(() => context.close());

  const byId = (id: string) => page.locator(`[data-testid=${id}]`).first();

  /** From the catalogue to the filled form. */
  async function fillCheckout(): Promise<void> {
    await page.goto(stack.shopUrl);
    await page.locator('[data-testid^=add-]').first().click();
    await byId('checkout').click();
    const next = byId('customer-name');
    if (!(await next.isVisible())) await byId('checkout').click();
    await next.fill('Олена Шевченко');
    await byId('customer-email').fill('olena.canary@example.com');
  }

  async function checkOut(): Promise<void> {
    await fillCheckout();
    await byId('pay').click();
    await page.waitForURL(/\/pay\?hpp_id=/u);
  }

  async function orderStatusBecomes(status: string): Promise<void> {
    await page.waitForSelector(`[data-testid=order-status][data-status=${status}]`, { timeout: 20_000 });
  }

  async function latestPayment() {
    const { body } = await stack.client.payments({ limit: '1' });
    return body.data[0]!;
  }

  it('pays with a card that asks for 3-D Secure, and the bank has the money once', async () => {
    await checkOut();
    await payWith(page, 'card-3ds');
    await passChallenge(page);
    await goBack(page);
    await orderStatusBecomes('succeeded');
    const payment = await latestPayment();
    expect(payment).toMatchObject({ status: 'succeeded', amountCaptured: payment.amount, livemode: false });
    const charged = await stack.bank.ledger({ kind: 'money.charged' });
    expect(charged.map((entry) => entry.coinAmount)).toEqual([payment.amount]);
  });

  it('is told that the card was declined, and no money moved', async () => {
    const before = await stack.bank.ledger({ kind: 'money.charged' });
    await checkOut();
    await payWith(page, 'card-insufficient');
    await goBack(page);
    await orderStatusBecomes('failed');
    expect(await latestPayment()).toMatchObject({ status: 'failed', failure: { code: 'insufficient_funds' } });
    expect(await stack.bank.ledger({ kind: 'money.charged' })).toHaveLength(before.length);
  });

  it('pays on the page of the shop, which sees no card; a wrong number is told beside it', async () => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', ({ message }) => complaints.push(message));
    await fillCheckout();
    await byId('way-card').check();
    const card = page.frameLocator('#card-fields iframe');
    await card.locator('#number').fill('5555 5555 5555 4445');
    await card.locator('#expiry').fill('12/39');
    await card.locator('#cvv').fill('737');
    await byId('pay').click();
    await card.locator('#number[aria-invalid=true]').waitFor();
    expect(await card.locator('#number-error').textContent()).toBe('Check the card number: there is a mistake in it.');
    const begun = (await stack.client.payments({})).body.data;

    await card.locator('#number').fill(CARD_WITH_3DS);
    await byId('pay').click();
    await passChallenge(page);
    await orderStatusBecomes('succeeded');
    expect(complaints).toEqual([]);
    const [payment, ...others] = (await stack.client.payments({})).body.data;
    expect(others.map(({ id }) => id)).toEqual(begun.map(({ id }) => id));
    expect(payment).toMatchObject({ status: 'succeeded', amountCaptured: payment!.amount });
    const charged = await stack.bank.ledger({ kind: 'money.charged' });
    expect(charged.at(-1)).toMatchObject({ coinAmount: payment!.amount });
    for (const app of [stack.shop!, stack.gateway]) expect(app.logs()).not.toMatch(/5555\D?5555\D?5555/u);
  });

  it('sees the shop in Ukrainian', async () => {
    await page.goto(stack.shopUrl);
    await byId('lang-uk').click();
    expect(await page.locator('html').getAttribute('lang')).toBe('uk');
  });
});
