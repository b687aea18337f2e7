import { ADVISED_FAILURES } from '../../apps/gateway/src/payments/domain/customer-texts.js';

const BEGIN = '<!-- failures: written by "npm run docs:failures" -->';
const END = '<!-- failures: end -->';
const HEAD = ['`failure.code`', 'Meaning', 'What to do', 'Again?', 'For the customer', 'Українською'];

const ROWS = Object.entries(ADVISED_FAILURES).map(([code, { message, advice, retry, customer }]) => [
  ...[`\`${code}\``, message, advice, retry ? 'yes' : 'no'],
  ...[customer.en, customer.uk],
]);

/** @returns the text with the table of today between the two marks */
export function withFailures(text: string): string {
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`There is no place for the table between ${BEGIN} and ${END}.`);
  const table = [HEAD, HEAD.map(() => '---'), ...ROWS].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `${text.slice(0, before)}${BEGIN}\n\n${table}\n\n${text.slice(after)}`;
}
