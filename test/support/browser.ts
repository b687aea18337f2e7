import sparticuz from '@sparticuz/chromium';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

export interface TestBrowser {
  /** A fresh profile: one per test. */
  newContext(options?: { locale?: string; width?: number }): Promise<BrowserContext>;
  close(): Promise<void>;
}

const QUIET = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-first-run'];

/** Headless Chromium: the one at CHROMIUM_PATH, else the one npm brought. Works as root. */
export async function launchBrowser(): Promise<TestBrowser> {
  // The package's own arguments are left out: they fit a function with one page, and turn web security off.
  const executablePath = process.env['CHROMIUM_PATH'] ?? (await sparticuz.executablePath());
  const browser = await chromium.launch({ executablePath, args: QUIET });
  return { newContext: (options) => newContext(browser, options), close: () => browser.close() };
}

function newContext(
  browser: Browser,
  { locale = 'en', width = 1280 }: { locale?: string; width?: number } = {},
): Promise<BrowserContext> {
  return browser.newContext({ locale, viewport: { width, height: 800 } });
}
