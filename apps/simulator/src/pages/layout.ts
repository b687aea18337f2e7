import { createHash } from 'node:crypto';
import { FILL_SCRIPT } from './fill-script.js';
import { Html, html } from './html.js';
import { STYLES } from './styles.js';
import { type Language, type Texts, TEXTS } from './texts.js';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const STYLE_HASH = hashOf(STYLES);
const SCRIPT_HASH = hashOf(FILL_SCRIPT);
const STYLE_TAG = new Html(`<style>${STYLES}</style>`);
const SCRIPT_TAG = new Html(`<script>${FILL_SCRIPT}</script>`);

/** @param formTargets whither forms lead beside here: browsers hold `form-action` against every redirect that follows, too */
export const contentSecurityPolicy = (formTargets: readonly string[] = []): string =>
  [
    "default-src 'none'",
    `style-src ${STYLE_HASH}`,
    `script-src ${SCRIPT_HASH}`,
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

export interface Page {
  readonly title: string;
  readonly language: Language;
  readonly body: Html;
  /** Path and query of this page with `lang` at the end; absent = no switch. */
  readonly switchTo?: string;
  readonly wide?: boolean;
  readonly script?: boolean;
  /** Seconds and target of a refresh. */
  readonly refresh?: { readonly seconds: number; readonly url: string };
}

const LOGO = new Html(
  '<svg width="26" height="26" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><path d="M12 2 2 7v2h20V7L12 2ZM4 11v7h3v-7H4Zm6.500 0v7h3v-7h-3ZM17 11v7h3v-7h-3ZM2 20v2h20v-2H2Z"/></svg>',
);

const languageLink = (code: Language, page: Page): Html =>
  code === page.language
    ? html`<span aria-current="true" lang="${code}">${TEXTS[code].languageName}</span>`
    : html`<a href="${page.switchTo ?? ''}${code}" lang="${code}" hreflang="${code}">${TEXTS[code].languageName}</a>`;

const languages = (page: Page, texts: Texts): Html | false =>
  page.switchTo !== undefined &&
  html`<nav class="lang" aria-label="${texts.language}">${languageLink('uk', page)}${languageLink('en', page)}</nav>`;

export function renderPage(page: Page): string {
  const texts = TEXTS[page.language];
  const { refresh } = page;
  return html`<!doctype html>
    <html lang="${page.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="referrer" content="no-referrer" />
        ${refresh && html`<meta http-equiv="refresh" content="${refresh.seconds};url=${refresh.url}" />`}
        <title>${page.title} · ${texts.bankName}</title>
        ${STYLE_TAG}
      </head>
      <body ${page.wide === true && html`class="wide"`}>
        <header class="top">
          <a class="bank" href="/">${LOGO}<span>${texts.bankName}</span></a>
          ${languages(page, texts)}
        </header>
        <main>${page.body}</main>
        <footer>${texts.footer}</footer>
        ${page.script === true && SCRIPT_TAG}
      </body>
    </html>`.text;
}
