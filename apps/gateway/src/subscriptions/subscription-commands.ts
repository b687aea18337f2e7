import { command, type OperatorCommand } from '../audit/command.js';
import { listDifferences, settleDifference } from './api/subscription.dto.js';
import { DifferencesService } from './differences.service.js';

const DIFFERENCES = 'merchant-accounts/:account/schedule-differences';

/** What an operator can do about subscriptions. */
export const SUBSCRIPTION_COMMANDS: readonly OperatorCommand[] = [
  command({
    id: 'schedule_difference.list',
    cli: [
      {
        name: 'schedule-differences list',
        help: 'List where the schedule of the bank is not as the plans have it.',
        options: { limit: { flag: 'limit', as: 'text' } },
      },
    ],
    route: { method: 'GET', path: DIFFERENCES },
    input: listDifferences,
    of: DifferencesService,
    run: (differences, { account, limit }) => differences.list(account, limit),
  }),
  command({
    id: 'schedule_difference.settle',
    cli: [
      {
        name: 'schedule-differences settle',
        help: 'Note that a difference was looked at; the same is not shown any more.',
        options: { reason: { flag: 'reason', as: 'text' } },
      },
    ],
    route: { method: 'POST', path: `${DIFFERENCES}/:difference/settle`, status: 204 },
    input: settleDifference,
    of: DifferencesService,
    run: (differences, { account, difference, reason }) => differences.settle(account, difference, reason),
    audit: ({ account, difference, reason }) => ({
      accountId: account,
      action: 'schedule_difference.settle',
      detail: { difference, reason },
    }),
  }),
];
