import { type Page } from 'playwright-core';

export type TestCard = 'card-success' | 'card-3ds' | 'card-declined' | 'card-insufficient';

const byId = (page: Page, id: string) => page.locator(`[data-testid=${id}]`);

/** Fills the bank's page by one of its hints and pays. */
export async function payWith(page: Page, card: TestCard): Promise<void> {
  await byId(page, card).click();
  await byId(page, 'pay').click();
}

/** Enters the code that the 3-D Secure page itself shows. */
export async function passChallenge(page: Page): Promise<void> {
  await byId(page, 'otp').fill('1234');
  await byId(page, 'confirm').click();
}

/** Follows the bank's result page back to the merchant. */
export async function goBack(page: Page): Promise<void> {
  await byId(page, 'back').click();
}
