import { countItems } from '../cart.js';
import { type Html, html } from '../html.js';
import { LANGUAGES, type Language } from '../i18n.js';
import { type Visit } from '../visit.js';

export interface Page {
  readonly title: string;
  readonly content: Html;
  /** Extra elements of the head. */
  readonly head?: Html;
}

const NATIVE_NAME: Readonly<Record<Language, { short: string; full: string }>> = {
  en: { short: 'EN', full: 'English' },
  uk: { short: 'УКР', full: 'Українська' },
};

export function layout(visit: Visit, page: Page): string {
  const { language, t } = visit;
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${page.title} · ${t.shopName}</title>
        <link rel="stylesheet" href="/styles.css" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        ${page.head}
      </head>
      <body>
        <a class="skip" href="#content">${t.skipToContent}</a>
        ${header(visit)}
        <main id="content">${page.content}</main>
        <footer>
          <p>${t.footer} <a href="/webhooks">${t.webhooks.title}</a></p>
        </footer>
      </body>
    </html>`.markup;
}

function header({ language, t, cart }: Visit): Html {
  return html`<header>
    <div class="bar">
      <a class="brand" href="/"><img src="/favicon.svg" alt="" width="36" height="36" /><span>${t.shopName}</span></a>
      <span class="tagline">${t.tagline}</span>
      <nav aria-label="${t.languageSwitch}" class="languages">
        ${LANGUAGES.map((each) => languageLink(each, each === language))}
      </nav>
      <a class="cart-link" href="/cart">
        ${t.cart} <span class="badge" data-testid="cart-count" title="${t.itemsInCart}">${countItems(cart)}</span>
      </a>
    </div>
    <div class="ornament" aria-hidden="true"></div>
  </header>`;
}

function languageLink(language: Language, current: boolean): Html {
  const { short, full } = NATIVE_NAME[language];
  return html`<a
    href="?lang=${language}"
    lang="${language}"
    hreflang="${language}"
    title="${full}"
    data-testid="lang-${language}"
    ${current && html`aria-current="true"`}
    >${short}</a
  >`;
}
