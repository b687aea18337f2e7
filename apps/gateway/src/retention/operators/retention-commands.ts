import { command, NOTHING, type OperatorCommand } from '../../audit/command.js';
import { TextDocument } from '../../audit/text-document.js';
import { type DataName, EVERYBODY } from '../domain/kept-data.js';
import { CustomersService } from '../customers.service.js';
import { RetentionService } from '../retention.service.js';
import { reportAsText } from './report-as-text.js';
import { eraseCustomer, runRetention, setRetention } from './retention.dto.js';

/** How long what is kept, and deleting what is older. */
export const RETENTION_COMMANDS: readonly OperatorCommand[] = [
  command({
    id: 'retention.run',
    cli: [
      {
        name: 'retention',
        help: 'Delete now what is older than it is kept, or only say what would go: for each table and account how much, and from when on.',
        options: { dryRun: { flag: 'dry-run', as: 'switch' }, json: { flag: 'json', as: 'switch' } },
      },
    ],
    route: { method: 'POST', path: 'retention/run', status: 200 },
    input: runRetention,
    access: ({ dryRun }) => (dryRun ? 'reads' : 'writes'),
    of: RetentionService,
    run: async (retention, { dryRun, json }, { actor }) => {
      const report = dryRun ? await retention.plan() : await retention.run();
      return actor === 'cli' && !json ? new TextDocument('text/plain', reportAsText(report)) : report;
    },
    audit: ({ dryRun }) => (dryRun ? [] : { action: 'retention.run', detail: {} }),
  }),
  command({
    id: 'retention.rules',
    cli: [{ name: 'retention list', help: 'List how long what is kept.' }],
    route: { method: 'GET', path: 'retention/rules' },
    input: NOTHING,
    of: RetentionService,
    run: (retention) => retention.rules(),
  }),
  command({
    id: 'retention.set',
    cli: [
      {
        name: 'retention set',
        help: 'Say for how many days a kind of data is kept, or "forever"; of one account, or of all that have no rule of their own.',
        options: {
          days: { flag: 'days', as: 'text' },
          account: { flag: 'account', as: 'text' },
          belowMinimum: { flag: 'below-minimum', as: 'text' },
        },
      },
    ],
    route: { method: 'POST', path: 'retention/rules/:data', status: 200 },
    input: setRetention,
    of: RetentionService,
    run: (retention, { data, days, account = EVERYBODY, belowMinimum = null }) =>
      retention.setRule({ accountId: account, data: data as DataName, keepDays: days, belowMinimum }),
    audit: ({ account, data, days, belowMinimum }) => ({
      ...(account === undefined ? {} : { accountId: account }),
      action: 'retention.set',
      detail: { data, keepDays: days, ...(belowMinimum === undefined ? {} : { belowMinimum }) },
    }),
  }),
  command({
    id: 'customer.erase',
    cli: [
      {
        name: 'customers erase',
        help: 'Take a customer out of everything that is kept and leave the books, or only say what would change. Name the customer by the shop’s own id, an e-mail address, or the reference of a payment.',
        options: {
          customer: { flag: 'customer', as: 'text' },
          email: { flag: 'email', as: 'text' },
          reference: { flag: 'reference', as: 'text' },
          dryRun: { flag: 'dry-run', as: 'switch' },
        },
      },
    ],
    route: { method: 'POST', path: 'merchant-accounts/:account/customers/erase', status: 200 },
    input: eraseCustomer,
    access: ({ dryRun }) => (dryRun ? 'reads' : 'writes'),
    of: CustomersService,
    run: (customers, { account, dryRun, ...name }) => customers.erase(account, name, dryRun),
    audit: ({ account, dryRun }, { payments }) =>
      dryRun ? [] : { accountId: account, action: 'customer.erase', detail: { payments: payments.length } },
  }),
];
