import { INTENT_KINDS } from '../../apps/gateway/src/payments/domain/operation.js';
import { FOLLOW_UPS } from '../../apps/gateway/src/payments/kinds/kinds.js';
import { findWay, METHOD_NAMES, type Way } from '../../apps/gateway/src/payments/kinds/methods.js';
import { stepOf } from '../../apps/gateway/src/payments/kinds/steps.js';

const BEGIN = '<!-- ways: written by "npm run docs:ways" -->';
const END = '<!-- ways: end -->';

const HEAD = [
  'Method',
  'Kind',
  'Currencies',
  'Terminal',
  'Create',
  'Capture, release',
  'Refund',
  'Callback',
  'Paid twice',
];

/** What can be done with every way to pay, from the rows of today. */
function tableOfWays(): string {
  const rows = METHOD_NAMES.flatMap((method) =>
    INTENT_KINDS.flatMap((kind) => {
      const way = findWay(method, kind);
      return way ? [[`\`${method}\``, kind, ...cellsOf(kind, way)]] : [];
    }),
  );
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellsOf(kind: (typeof INTENT_KINDS)[number], way: Way): string[] {
  const held = FOLLOW_UPS.capture.of.some((one) => one === kind);
  return [
    way.currencies.join(', '),
    way.terminal,
    stepOf(way.step).resend === 'harmless' ? 'sent again in doubt' : 'asked for in doubt',
    held ? 'yes' : 'no',
    way.refundable ? 'yes' : 'no',
    'a hint to ask',
    way.times === 'many' ? 'a payment of its own' : 'a flag',
  ];
}

/** @returns the text with the table of today between the two marks */
export function withWays(text: string): string {
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`There is no place for the table between ${BEGIN} and ${END}.`);
  return `${text.slice(0, before)}${BEGIN}\n\n${tableOfWays()}\n\n${text.slice(after)}`;
}
