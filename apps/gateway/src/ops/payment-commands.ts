import { command, NOTHING, type OperatorCommand } from '../audit/command.js';
import { CallbackKeepingService } from '../callbacks/callback-keeping.service.js';
import { RestoresService } from '../payments/operators/restores.service.js';
import { ReviewsService } from '../payments/operators/reviews.service.js';
import {
  clearFlag,
  decidePayment,
  giveUpOperation,
  listReviews,
  markRestored,
  nameOrder,
  openCallback,
} from './payment-ops.dto.js';

const PAYMENT = 'payments/:account/:payment';
const GROUNDS = { reason: { flag: 'reason', as: 'text' }, evidence: { flag: 'evidence', as: 'text' } } as const;

const REVIEWS: readonly OperatorCommand[] = [
  command({
    id: 'payment.reviews',
    cli: [
      {
        name: 'payments reviews',
        help: 'List the payments at which a person must look: in review, flagged, or with a refund or capture in review.',
        options: { limit: { flag: 'limit', as: 'text' } },
      },
    ],
    route: { method: 'GET', path: 'payments/reviews' },
    input: listReviews,
    of: ReviewsService,
    run: (reviews, { limit }) => reviews.list(limit),
  }),
  command({
    id: 'payment.show',
    cli: [{ name: 'payments show', help: 'Show a payment with its operations and every move, without its customer.' }],
    route: { method: 'GET', path: PAYMENT },
    input: NOTHING,
    of: ReviewsService,
    run: (reviews, name) => reviews.show(name),
  }),
  command({
    id: 'payment.sync',
    cli: [{ name: 'payments sync', help: 'Ask the bank about a payment now, and show what came of it.' }],
    route: { method: 'POST', path: `${PAYMENT}/sync`, status: 200 },
    input: NOTHING,
    of: ReviewsService,
    run: (reviews, name) => reviews.syncNow(name),
    audit: ({ account, payment }, { status }) => ({
      accountId: account,
      action: 'payment.sync',
      detail: { payment, status },
    }),
  }),
  command({
    id: 'payment.ask_all',
    cli: [{ name: 'payments ask-all', help: 'Have the workers ask the bank now about everything that is open.' }],
    route: { method: 'POST', path: 'payments/ask-all', status: 200 },
    input: NOTHING,
    of: ReviewsService,
    run: (reviews) => reviews.askAll(),
    audit: (_input, detail) => ({ action: 'payment.ask_all', detail }),
  }),
  command({
    id: 'payment.name_order',
    cli: [
      {
        name: 'payments name-order',
        help: 'Ask for an order that the bank names; it is believed only if the bank shows it as ours.',
        options: { order: { flag: 'order', as: 'text' } },
      },
    ],
    route: { method: 'POST', path: `${PAYMENT}/order`, status: 200 },
    input: nameOrder,
    of: ReviewsService,
    run: (reviews, { order, ...name }) => reviews.nameOrder(name, order),
    audit: ({ account, payment, order }) => ({
      accountId: account,
      action: 'payment.name_order',
      detail: { payment, order },
    }),
  }),
];

const DECISIONS: readonly OperatorCommand[] = [
  command({
    id: 'payment.decide',
    cli: [
      {
        name: 'payments decide',
        help: 'End a payment in review without money: failed, canceled or expired. The bank is asked first. The shop sees REASON, not EVIDENCE.',
        options: { to: { flag: 'to', as: 'text' }, ...GROUNDS },
      },
    ],
    route: { method: 'POST', path: `${PAYMENT}/decide`, status: 200 },
    input: decidePayment,
    of: ReviewsService,
    run: (reviews, { account, payment, to, ...grounds }) => reviews.decide({ account, payment }, to, grounds),
    audit: ({ account, ...detail }) => ({ accountId: account, action: 'payment.decide', detail }),
  }),
  command({
    id: 'operation.give_up',
    cli: [
      {
        name: 'payments give-up',
        help: 'End a refund, capture or release in review as failed, and free what it reserves. The bank is asked first.',
        options: GROUNDS,
      },
    ],
    route: { method: 'POST', path: `${PAYMENT}/operations/:operation/give-up`, status: 200 },
    input: giveUpOperation,
    of: ReviewsService,
    run: (reviews, { account, payment, operation, ...grounds }) =>
      reviews.giveUp({ account, payment }, operation, grounds),
    audit: ({ account, ...detail }) => ({ accountId: account, action: 'operation.give_up', detail }),
  }),
  command({
    id: 'payment.clear_flag',
    cli: [
      {
        name: 'payments clear-flag',
        help: 'Take a flag away that is settled. It comes back only if the bank says something new.',
        options: { flag: { flag: 'flag', as: 'text' }, note: { flag: 'note', as: 'text' } },
      },
    ],
    route: { method: 'POST', path: `${PAYMENT}/flags/clear`, status: 200 },
    input: clearFlag,
    of: ReviewsService,
    run: (reviews, { account, payment, flag }) => reviews.clearFlag({ account, payment }, flag),
    audit: ({ account, ...detail }) => ({ accountId: account, action: 'payment.clear_flag', detail }),
  }),
];

const REPAIRS: readonly OperatorCommand[] = [
  command({
    id: 'callback.list',
    cli: [{ name: 'callbacks list', help: 'List the callbacks of the bank that were given up.' }],
    route: { method: 'GET', path: 'callbacks' },
    input: listReviews,
    of: CallbackKeepingService,
    run: (callbacks, { limit }) => callbacks.givenUp(limit),
  }),
  command({
    id: 'callback.retry',
    cli: [{ name: 'callbacks retry', help: 'Have the workers try a callback again.' }],
    route: { method: 'POST', path: 'callbacks/:account/:callback/retry', status: 204 },
    input: NOTHING,
    of: CallbackKeepingService,
    run: (callbacks, { account, callback }) => callbacks.retry(account, callback),
    audit: ({ account, callback }) => ({ accountId: account, action: 'callback.retry', detail: { callback } }),
  }),
  command({
    id: 'callback.open',
    cli: [
      {
        name: 'callbacks open',
        help: 'Show the body of a callback as the bank posted it, in base64, with its SHA-256. It names the customer.',
        args: ['account', 'callback'],
      },
    ],
    route: { none: 'It names the customer: only whoever has the key file sees it.' },
    input: openCallback,
    of: CallbackKeepingService,
    run: (callbacks, { account, callback }) => callbacks.open(account, callback),
    audit: ({ account, callback }) => ({ accountId: account, action: 'callback.open', detail: { callback } }),
  }),
  command({
    id: 'restore.mark',
    cli: [
      {
        name: 'restore mark',
        help: 'After a database was restored, before any gateway runs: say that what was sent since the backup is not on record.',
        options: { backupAt: { flag: 'backup-at', as: 'text' } },
      },
    ],
    route: { none: 'It is done before a gateway runs.' },
    input: markRestored,
    of: RestoresService,
    run: (restores) => restores.mark(),
    audit: ({ backupAt }, restored) => ({ action: 'restore.mark', detail: { backupAt, ...restored } }),
  }),
];

/** What an operator does about payments. */
export const PAYMENT_COMMANDS: readonly OperatorCommand[] = [REVIEWS, DECISIONS, REPAIRS].flat();
