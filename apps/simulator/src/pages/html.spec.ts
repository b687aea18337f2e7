import { html } from './html.js';
import { contentSecurityPolicy } from './layout.js';
import { formatMoney, languageOf } from './texts.js';

describe('pages', () => {
  it('escape every value, in text and in attributes', () => {
    expect(html`<a title="${'"><script>'}">${"<b>&'"}</a>`.text).toBe(
      '<a title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;&#39;</a>',
    );
  });

  it('keep what is HTML already and leave out what is absent', () => {
    expect(html`${html`<i>x</i>`}${undefined}${false}${[html`1`, html`2`]}${0}`.text).toBe('<i>x</i>120');
  });

  it('allow nothing from elsewhere', () => {
    const policy = contentSecurityPolicy(['https://shop.example']);
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^;]+'; script-src 'sha256-[^;]+';/);
    expect(policy).toContain("form-action 'self' https://shop.example;");
    expect(policy).not.toContain('unsafe');
  });

  it.each<[string | undefined, string, string]>([
    [undefined, 'uk', 'uk'],
    [undefined, 'pl', 'en'],
    ['uk', 'en', 'uk'],
    ['xx', 'uk', 'uk'],
  ])('speak for lang %j and an order in %s: %s', (wanted, language, spoken) => {
    expect(languageOf(wanted, { language })).toBe(spoken);
  });

  it('print money as people read it', () => {
    expect(formatMoney(124_550, '980', 'en').replace(/\s/g, ' ')).toBe('UAH 1,245.50');
    expect(formatMoney(124_550, '840', 'uk').replace(/\s/g, ' ')).toBe('1 245,50 USD');
  });
});
