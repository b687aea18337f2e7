import { type BrowserContext, type Page } from 'playwright-core';
import { launchBrowser, type TestBrowser } from '../support/browser.js';
import { type Stack, startStack } from '../support/stack.js';
import { goBack, passChallenge, payWith } from './hosted-page.js';

describe('a customer in the shop', () => {
  let stack: Stack;
  let browser: TestBrowser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
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

  /** From the catalogue to the bank's page. */
  async function checkOut(): Promise<void> {
    await page.goto(stack.shopUrl);
    await page.locator('[data-testid^=add-]').first().click();
    await byId('checkout').click();
    const next = byId('customer-name');
    if (!(await next.isVisible())) await byId('checkout').click();
    await next.fill('Олена Шевченко');
    await byId('customer-email').fill('olena.canary@example.com');
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

  it('sees the shop in Ukrainian', async () => {
    await page.goto(stack.shopUrl);
    await byId('lang-uk').click();
    expect(await page.locator('html').getAttribute('lang')).toBe('uk');
  });
});
