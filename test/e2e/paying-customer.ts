import { type TestBrowser } from '../support/browser.js';
import { type Payment } from '../support/gateway-client.js';
import { type Stack } from '../support/stack.js';
import { passChallenge, payWith, type TestCard } from './hosted-page.js';

/** Opens the bank's page in a fresh browser profile, pays there and leaves without returning to the shop. */
export async function payInBrowser(
  browser: TestBrowser,
  payment: Payment,
  card: TestCard = 'card-success',
): Promise<void> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(payment.redirectUrl ?? 'about:blank');
    await payWith(page, card);
    if (card === 'card-3ds') await passChallenge(page);
    await page.waitForSelector('[data-testid=result]');
  } finally {
    await context.close();
  }
}

/** A payment that the bank has the money of. */
export async function aPaidPayment(stack: Stack, browser: TestBrowser, amount = 12_300): Promise<Payment> {
  const { body } = await stack.client.createPayment({ amount });
  await payInBrowser(browser, body);
  return stack.client.untilPayment(body.id, ['succeeded']);
}

/** Time travel for what waits on the database's clock: makes the next look at the bank due now. */
export async function makeSyncDue(stack: Stack, paymentId: string): Promise<void> {
  await stack.database.query('UPDATE payment SET next_sync_at = now() WHERE id = $1', [paymentId]);
}
