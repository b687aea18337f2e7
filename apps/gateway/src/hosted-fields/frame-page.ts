import { type MerchantAccount } from '../accounts/merchant-accounts.service.js';
import { FRAME_TEXTS, type FrameTexts } from './frame-texts.js';
import { type FrameQuery } from './hosted-fields.dto.js';

interface FrameFile {
  readonly url: string;
  readonly integrity: string;
}
/** The only two files that the page loads. */
export interface FrameFiles {
  readonly script: FrameFile;
  readonly style: FrameFile;
}

/** These two files and nothing else: no connection, no form, no picture, in a page of this origin alone. */
export const framePolicy = (origin: string, { script, style }: FrameFiles): string =>
  [
    "default-src 'none'",
    `script-src ${script.url}`,
    `style-src ${style.url}`,
    `frame-ancestors ${origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');

/** The key goes with the page, so that the page need not ask for anything. */
export function renderFrame(
  { paymentKey, environment }: Pick<MerchantAccount, 'paymentKey' | 'environment'>,
  { origin, locale, theme }: FrameQuery,
  { script, style }: FrameFiles,
): string {
  const texts = FRAME_TEXTS[locale];
  const data = { origin, key: JSON.stringify(paymentKey), texts: JSON.stringify(texts.errors) };
  const attributes = Object.entries(data).map(([name, value]) => `data-${name}="${escape(value)}"`);
  return `<!doctype html>
<html lang="${locale}" data-theme="${theme}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${texts.title}</title>
<link rel="stylesheet" href="${style.url}" integrity="${style.integrity}" crossorigin="anonymous">
<script src="${script.url}" integrity="${script.integrity}" crossorigin="anonymous" defer></script></head>
<body><form id="card" novalidate autocomplete="on" ${attributes.join(' ')}>
${fields(texts)}
${environment === 'test' ? `<p class="test">${texts.test}</p>` : ''}<noscript>${texts.noScript}</noscript><button hidden></button></form></body></html>`;
}

/** Names and `autocomplete` as WHATWG HTML has them, so that browsers can fill in a card that they know. */
const fields = (texts: FrameTexts): string =>
  [
    field({ id: 'number', label: texts.number, autocomplete: 'cc-number', placeholder: '1234 1234 1234 1234' }),
    field({ id: 'expiry', label: texts.expiry, autocomplete: 'cc-exp', placeholder: texts.expiryHint }),
    field({ id: 'cvv', label: texts.cvv, autocomplete: 'cc-csc', placeholder: '123' }),
  ].join('\n');

interface Field {
  readonly id: 'number' | 'expiry' | 'cvv';
  readonly label: string;
  readonly autocomplete: string;
  readonly placeholder: string;
}

const field = ({ id, label, autocomplete, placeholder }: Field): string =>
  `<div class="${id}"><label for="${id}">${label}</label>
<input id="${id}" name="${autocomplete}" type="text" inputmode="numeric" autocomplete="${autocomplete}" placeholder="${placeholder}" required aria-required="true" aria-invalid="false" aria-describedby="${id}-error" spellcheck="false">
<p class="error" id="${id}-error" aria-live="polite"></p></div>`;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/gu, (character) => ENTITIES[character] ?? '');
