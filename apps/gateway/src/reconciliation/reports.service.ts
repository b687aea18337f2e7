import { Injectable } from '@nestjs/common';
import { MerchantAccountsService } from '../accounts/merchant-accounts.service.js';
import { TextDocument } from '../audit/text-document.js';
import { type DailyReport, reportAsCsv, reportAsHtml } from './domain/daily-report.js';
import { dayAfter, dayOf, startOfDay } from './domain/kyiv-time.js';
import { roundFee } from './domain/register-money.js';
import { type DayRow, ReportRepository } from './store/report.repository.js';

export const REPORT_FORMATS = ['json', 'csv', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** What a day brought, what is left of it, and what is not clear yet. */
@Injectable()
export class ReportsService {
  constructor(
    private readonly reports: ReportRepository,
    private readonly accounts: MerchantAccountsService,
  ) {}

  /** @param day in Kyiv; yesterday when absent */
  async daily(accountId: string, day = dayAfter(dayOf(new Date()), -1)): Promise<DailyReport> {
    await this.accounts.open(accountId);
    return reportOf(accountId, day, await this.reports.day(accountId, day, startOfDay(day), startOfDay(dayAfter(day))));
  }

  async dailyAs(format: ReportFormat, accountId: string, day?: string): Promise<DailyReport | TextDocument> {
    const report = await this.daily(accountId, day);
    if (format === 'csv') return new TextDocument('text/csv; charset=utf-8', reportAsCsv(report));
    return format === 'html' ? new TextDocument('text/html; charset=utf-8', reportAsHtml(report)) : report;
  }
}

function reportOf(accountId: string, day: string, row: DayRow): DailyReport {
  const isListed = row.lines > 0;
  const fees = isListed ? roundFee(BigInt(row.listedFees)) : BigInt(row.fees);
  return {
    ...{ accountId, day, currency: 'UAH' },
    taken: { count: row.takenCount, kopiyky: row.taken },
    refunded: { count: row.refundedCount, kopiyky: row.refunded },
    fees: { kopiyky: String(fees), source: isListed ? 'register' : 'payments' },
    payoutExpected: String(BigInt(row.taken) - BigInt(row.refunded) - fees),
    register: isListed ? { lines: row.lines, taken: row.listedTaken, refunded: row.listedRefunded } : null,
    sweep: row.sweep,
    openBreaks: row.openBreaks,
    openDoubts: row.openDoubts,
  };
}
