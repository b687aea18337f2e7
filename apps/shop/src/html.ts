/** Markup that is safe to send: only `html` makes it, and `html` escapes every value it is given. */
export class Html {
  constructor(readonly markup: string) {}
}

type HtmlValue = string | number | Html | readonly HtmlValue[] | false | null | undefined;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Template tag: text becomes text, markup stays markup, lists are joined, `false`, `null` and `undefined` vanish. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(String.raw({ raw: parts }, ...values.map(render)));
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

function render(value: HtmlValue): string {
  if (value instanceof Html) return value.markup;
  if (value === false || value === null || value === undefined) return '';
  return typeof value === 'object' ? value.map(render).join('') : escape(String(value));
}
