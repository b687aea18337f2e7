/** What a careless receiver may say back to us, and what must not stand in a table. */
const SECRETS: readonly [what: RegExp, instead: string][] = [
  [/whsec_[A-Za-z0-9+/=_-]+/gu, 'whsec_…'],
  [/\bap_(test|live)_[A-Za-z0-9_-]+/gu, 'ap_$1_…'],
  [/\bv1,[A-Za-z0-9+/=]{40,}/gu, 'v1,…'],
  [/\beyJ[A-Za-z0-9_-]{8,}[A-Za-z0-9_.-]*/gu, 'eyJ…'],
  [/\b\d(?:[ -]?\d){12,18}\b/gu, '…'], // as long as a card number
];
/** Characters. */
const LONGEST = 500;

/** The beginning of an answer as it may be kept: text, short, without what is secret. Undefined when there was none. */
export function excerptOf(answer: Buffer): string | null {
  const text = SECRETS.reduce((kept, [what, instead]) => kept.replace(what, instead), answer.toString('utf8'))
    // eslint-disable-next-line no-control-regex -- Postgres takes no U+0000, and a log no other
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/gu, '')
    .slice(0, LONGEST)
    .trim();
  return text === '' ? null : text;
}
