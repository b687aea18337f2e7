import { html } from './html.js';

describe('html', () => {
  it('escapes text in content and in attributes', () => {
    const typed = `"><script>alert('1 & 2')</script>`;
    expect(html`<p title="${typed}">${typed}</p>`.markup).toBe(
      '<p title="&quot;&gt;&lt;script&gt;alert(&#39;1 &amp; 2&#39;)&lt;/script&gt;">&quot;&gt;&lt;script&gt;alert(&#39;1 &amp; 2&#39;)&lt;/script&gt;</p>',
    );
  });

  it('keeps markup it made itself, alone and in lists', () => {
    const items = ['a', '<b>'].map((item) => html`<b>${item}</b>`);
    expect(html`${items}!`.markup).toBe('<b>a</b><b>&lt;b&gt;</b>!');
  });

  it('leaves out what is not there, but not zero', () => {
    expect(html`${false}${null}${undefined}${0}`.markup).toBe('0');
  });

  it('does not read escapes in text', () => {
    expect(html`${'\\n$&'}`.markup).toBe('\\n$&amp;');
  });
});
