import { createHash } from 'node:crypto';
import { type PaymentStatus, paymentStatus } from '../domain/statuses.js';
import { type ShownLink, type ShownPayment } from './link-clicks.service.js';
import { PAY_TEXTS, type PageLanguage, type PayTexts } from './pay-texts.js';

/** What can be seen behind the address of a payment link. */
export type PayPage =
  | ({ readonly kind: 'offer'; readonly pageId: string } & ShownLink)
  | ({ readonly kind: 'closed' } & ShownLink)
  | ({ readonly kind: 'payment' } & ShownPayment)
  | { readonly kind: 'unknown' }
  | { readonly kind: 'busy' };

const STYLE = `body{margin:0;min-height:100vh;display:grid;place-items:center;font:18px/1.5 system-ui,sans-serif;background:#f3f5f7;color:#1b1f24}
main{background:#fff;max-width:26rem;width:calc(100% - 4rem);padding:2rem;border-radius:1rem;box-shadow:0 1px 6px #0002}
h1{font-size:1rem;margin:0;color:#57606a;font-weight:400}.amount{font-size:2rem;margin:.5rem 0}p{margin:.75rem 0}.note{color:#57606a;font-size:.9rem}
button,a.button{display:block;box-sizing:border-box;width:100%;margin-top:1.5rem;padding:.9rem;border:0;border-radius:.6rem;background:#0b57d0;color:#fff;font:inherit;text-align:center;text-decoration:none;cursor:pointer}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Seconds after which a page that waits looks again. */
const LOOK_AGAIN = 3;
const WAITING: readonly PaymentStatus[] = ['created', 'requires_confirmation', 'requires_action', 'processing'];

/** No script and nothing from elsewhere. The button leads on to the bank: over TLS, but for test accounts. */
export function policyOf(page: PayPage): string {
  const targets = 'link' in page && !page.link.livemode ? "'self' https: http:" : "'self' https:";
  return `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${targets}; base-uri 'none'; frame-ancestors 'none'`;
}

export function renderPayPage(page: PayPage, language: PageLanguage): string {
  const texts = PAY_TEXTS[language];
  const waits = page.kind === 'payment' && WAITING.includes(page.payment.status);
  const refresh = waits ? `<meta http-equiv="refresh" content="${LOOK_AGAIN}">` : '';
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${texts.title}</title><link rel="icon" href="data:,">${refresh}<style>${STYLE}</style></head>
<body><main>${contentOf(page, texts, language)}</main></body></html>`;
}

function contentOf(page: PayPage, texts: PayTexts, language: PageLanguage): string {
  switch (page.kind) {
    case 'unknown':
    case 'busy':
      return `<p>${texts[page.kind]}</p>`;
    case 'closed':
      return `${head(page, texts)}<p>${page.status === 'active' ? texts.busy : texts.closed[page.status]}</p>`;
    case 'offer':
      return `${head(page, texts)}${sum(page, texts, language)}
<form method="post" action="?page=${page.pageId}"><button>${texts.pay}</button></form>`;
    case 'payment':
      return `${head(page, texts)}${sum(page, texts, language)}<p role="status">${texts.payment[page.payment.status]}</p>${wayOn(page, texts)}`;
  }
}

const head = ({ merchant }: ShownLink, texts: PayTexts): string => `<h1>${texts.to}: ${escape(merchant)}</h1>`;

function sum({ link }: ShownLink, texts: PayTexts, language: PageLanguage): string {
  const amount = new Intl.NumberFormat(language, { style: 'currency', currency: link.currency }).format(
    link.amount / 100,
  );
  const what = link.description === null ? '' : `<p>${escape(link.description)}</p>`;
  return `<p class="amount">${escape(amount)}</p>${what}${link.livemode ? '' : `<p class="note">${texts.test}</p>`}`;
}

/** A button to the bank's page while it takes money; to another try where this one has ended without. */
function wayOn({ link, payment, redirectUrl, status }: ShownPayment, texts: PayTexts): string {
  if (payment.status === 'requires_action' && redirectUrl !== null) return button(redirectUrl, texts.goOn);
  const { ended, paid } = paymentStatus(payment.status);
  return ended && !paid && status === 'active' ? button(`../${link.id}`, texts.again) : '';
}

const button = (url: string, text: string): string => `<a class="button" href="${escape(url)}">${text}</a>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/gu, (character) => ENTITIES[character] ?? '');
