import { type ReadProof } from './verify-proof.js';
import { type ProofEvidence, type ProofStatement } from './statement.js';

/** What a proof says, line by line, for somebody who knows nothing of the gateway. */
export function inPlainWords({ statement }: Pick<ReadProof, 'statement'>): string[] {
  const { payment, operations, history, callbacks, leftOut } = statement;
  return [
    ...headOf(statement),
    '',
    'Operations at the bank:',
    ...operations.flatMap(operationLines),
    '',
    'What happened, in order (UTC):',
    ...history.map(
      ({ at, operationId, from, to, cause }) =>
        `  ${at}  ${operationId ?? payment.id}  ${from ?? 'begun'} -> ${to}  (${cause})`,
    ),
    ...leftOutLine(leftOut.history, 'changes'),
    '',
    callbacks.length === 0
      ? 'The bank posted no callback.'
      : 'Callbacks that the bank posted, with the SHA-256 of each:',
    ...callbacks.map(
      ({ receivedAt, deliveries, sha256 }) =>
        `  ${receivedAt}  ${sha256}${deliveries > 1 ? `  came ${deliveries} times` : ''}`,
    ),
    ...leftOutLine(leftOut.callbacks, 'callbacks'),
  ].map(printable);
}

function headOf({ issuer, issuedAt, merchantAccountId, livemode, payment }: ProofStatement): string[] {
  const { amount, currency, amountAuthorized, amountCaptured, amountRefunded } = payment;
  const told = [
    ['card', payment.cardMask],
    ['RRN', payment.rrn],
    ['approval code', payment.approvalCode],
    ['terminal', payment.terminal],
    ['paid at', payment.paidAt],
  ].filter(([, value]) => value !== null);
  return [
    `${issuer} said this at ${issuedAt}${livemode ? '' : ' of TEST MONEY, nobody was charged'}:`,
    '',
    `Payment ${payment.id} of merchant account ${merchantAccountId}: ${payment.status}${payment.failure === null ? '' : ` (${payment.failure})`}`,
    ...(payment.reference === null ? [] : [`Number of the order at the merchant: ${payment.reference}`]),
    `Asked for: ${money(amount, currency)}. In hryvnias: held ${money(amountAuthorized)}, taken ${money(amountCaptured)}, given back ${money(amountRefunded)}.`,
    `Begun at ${payment.createdAt}${payment.endedAt === null ? ', not ended yet' : `, ended at ${payment.endedAt}`}.`,
    ...(told.length === 0 ? [] : [`As the bank told it: ${told.map((pair) => pair.join(' ')).join(', ')}.`]),
    ...(payment.flags.length === 0 ? [] : [`A person has to look at it: ${payment.flags.join(', ')}.`]),
  ];
}

function operationLines(operation: ProofStatement['operations'][number]): string[] {
  const { id, kind, status, amount, currency, sentAt, timesSent, merchantId, evidence } = operation;
  const ids = (['merchantRequestId', 'hppOrderId', 'operationId'] as const)
    .filter((name) => operation[name] !== null)
    .map((name) => `${name} ${operation[name]}`);
  const sent = sentAt === null ? 'not asked for by the merchant' : `last sent at ${sentAt}, ${timesSent} in all`;
  return [
    `  ${kind} ${id}: ${status}${amount === null ? '' : `, ${money(amount, currency)}`}`,
    `      ${sent}; merchantId ${merchantId}, ${ids.join(', ')}`,
    ...(operation.refusalCode === null ? [] : [`      refused by the bank with ${operation.refusalCode}`]),
    ...(evidence === null ? [] : [`      ${wordsOf(evidence)}`]),
  ];
}

/** Members of kept evidence that a reader looks for, in the bank's words. */
const CODES = ['orderStatus', 'status', 'amount', 'actionCode', 'responseCode', 'rrn', 'approvalCode', 'operationId'];

function wordsOf({ text, how, by, id, at }: ProofEvidence): string {
  const kept = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const codes = CODES.filter((name) => ['string', 'number'].includes(typeof kept[name])).map(
    (name) => `${name} ${String(kept[name])}`,
  );
  const who = {
    answer: `the bank answered the request ${id ?? ''}`,
    query: `the bank, asked for ${by ?? ''} ${id ?? ''}, said`,
  };
  return `${how === null ? 'on record' : `at ${at ?? '?'} ${who[how]}`}: ${codes.join(', ') || 'nothing of these'}`;
}

const leftOutLine = (count: number, what: string): string[] =>
  count === 0 ? [] : [`  ... and ${count} more ${what}, which this file leaves out.`];

/** Minor units with two decimals. */
const money = (minor: number, currency = 'UAH'): string =>
  `${minor < 0 ? '-' : ''}${Math.floor(Math.abs(minor) / 100)}.${String(Math.abs(minor) % 100).padStart(2, '0')} ${currency}`;

/** A signed text may hold anything, and goes to a terminal. */
const printable = (line: string): string => line.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?');
