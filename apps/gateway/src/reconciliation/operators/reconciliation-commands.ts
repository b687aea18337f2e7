import { command, NOTHING, type OperatorCommand } from '../../audit/command.js';
import { BreaksService } from '../breaks.service.js';
import { RegistersService } from '../registers.service.js';
import { SweptBooks } from '../swept-books.service.js';
import { ReportsService } from '../reports.service.js';
import {
  dailyReport,
  importRegister,
  listBreaks,
  listRegisters,
  resolveBreak,
  runSweep,
} from './reconciliation.dto.js';

const REGISTERS = 'merchant-accounts/:account/registers';
const BREAKS = 'merchant-accounts/:account/breaks';
const SWEEPS = 'merchant-accounts/:account/sweeps';

/** Bytes that one request may bring: a day of a million operations. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Registers of the bank, and where they differ from our books. */
export const RECONCILIATION_COMMANDS: readonly OperatorCommand[] = [
  command({
    id: 'register.import',
    cli: [
      {
        name: 'registers import',
        help: 'Take in a register of the bank (CSV in UTF-8 or Windows-1251) and compare it with our books. The same file twice changes nothing; another one of the same days takes the place of the first, unless --adds. Days are YYYY-MM-DD, by default those of its lines.',
        options: {
          file: { flag: 'file', as: 'stream_file', fallback: '-' },
          name: { flag: 'name', as: 'text' },
          from: { flag: 'from', as: 'text' },
          to: { flag: 'to', as: 'text' },
          amountsIn: { flag: 'amounts-in', as: 'text', fallback: 'kopiyky' },
          adds: { flag: 'adds', as: 'switch' },
        },
      },
    ],
    route: { method: 'POST', path: REGISTERS, upload: true },
    input: importRegister,
    of: RegistersService,
    run: (registers, { account, file, ...wishes }, { actor }) =>
      registers.import(account, file, { ...wishes, mostBytes: actor === 'cli' ? undefined : MOST_BYTES }),
    audit: ({ account, name }, { id, repeated, lines, badLines, replaced }) => ({
      accountId: account,
      action: 'register.import',
      detail: { register: id, ...(name === undefined ? {} : { name }), repeated, lines, badLines, replaced },
    }),
  }),
  command({
    id: 'register.list',
    cli: [
      {
        name: 'registers list',
        help: 'List the registers that were taken in, newest first.',
        options: { limit: { flag: 'limit', as: 'text' } },
      },
    ],
    route: { method: 'GET', path: REGISTERS },
    input: listRegisters,
    of: RegistersService,
    run: (registers, { account, limit }) => registers.list(account, limit),
  }),
  command({
    id: 'register.show',
    cli: [{ name: 'registers show', help: 'Show a register, and every line of it that could not be read.' }],
    route: { method: 'GET', path: `${REGISTERS}/:register` },
    input: NOTHING,
    of: RegistersService,
    run: (registers, { account, register }) => registers.show(account, register),
  }),
  command({
    id: 'report.daily',
    cli: [
      {
        name: 'reports daily',
        help: 'Show what a day brought: taken, refunded, fees, payout expected, open breaks and doubts. The day is YYYY-MM-DD in Kyiv, by default yesterday; the format is json, csv, or html to print.',
        options: { day: { flag: 'day', as: 'text' }, format: { flag: 'format', as: 'text', fallback: 'json' } },
      },
    ],
    route: { method: 'GET', path: 'merchant-accounts/:account/reports/daily' },
    input: dailyReport,
    of: ReportsService,
    run: (reports, { account, day, format }) => reports.dailyAs(format, account, day),
  }),
  command({
    id: 'break.list',
    cli: [
      {
        name: 'breaks list',
        help: 'List where the books of the bank and ours differ, newest first, each with what to do and by when.',
        options: {
          status: { flag: 'status', as: 'text' },
          type: { flag: 'type', as: 'text' },
          limit: { flag: 'limit', as: 'text' },
        },
      },
    ],
    route: { method: 'GET', path: BREAKS },
    input: listBreaks,
    of: BreaksService,
    run: (breaks, { account, limit, status, type }) => breaks.list(account, { limit, status, type }),
  }),
  command({
    id: 'break.resolve',
    cli: [
      {
        name: 'breaks resolve',
        help: 'Close a break that a person has looked at, with a note on how it was resolved.',
        options: { note: { flag: 'note', as: 'text' } },
      },
    ],
    route: { method: 'POST', path: `${BREAKS}/:break/resolve`, status: 200 },
    input: resolveBreak,
    of: BreaksService,
    run: (breaks, { account, note, ...named }) => breaks.resolve(account, named.break, note),
    audit: ({ account, note, ...named }) => ({
      accountId: account,
      action: 'break.resolve',
      detail: { break: named.break, note },
    }),
  }),
  command({
    id: 'break.recheck',
    cli: [{ name: 'breaks recheck', help: 'Compare everything that an open break is about once more.' }],
    route: { method: 'POST', path: `${BREAKS}/recheck`, status: 200 },
    input: NOTHING,
    of: RegistersService,
    run: (registers, { account }) => registers.recheck(account),
    audit: ({ account }, detail) => ({ accountId: account, action: 'break.recheck', detail }),
  }),
  command({
    id: 'sweep.run',
    cli: [
      {
        name: 'sweeps run',
        help: 'Have the workers ask the bank about a day now, and compare its answers with our books as a register would be. The day is YYYY-MM-DD in Kyiv, by default yesterday.',
        options: { day: { flag: 'day', as: 'text' } },
      },
    ],
    route: { method: 'POST', path: SWEEPS, status: 202 },
    input: runSweep,
    of: SweptBooks,
    run: (sweeps, { account, day }) => sweeps.begin(account, day),
    audit: ({ account }, { day }) => ({ accountId: account, action: 'sweep.run', detail: { day } }),
  }),
  command({
    id: 'sweep.list',
    cli: [
      {
        name: 'sweeps list',
        help: 'List the days that the bank was asked about, newest first, and how far each has come.',
        options: { limit: { flag: 'limit', as: 'text' } },
      },
    ],
    route: { method: 'GET', path: SWEEPS },
    input: listRegisters,
    of: SweptBooks,
    run: (sweeps, { account, limit }) => sweeps.list(account, limit),
  }),
];
