import { BreaksService } from '../../apps/gateway/src/reconciliation/breaks.service.js';
import { Reconciler } from '../../apps/gateway/src/reconciliation/reconciler.service.js';
import { RegistersService } from '../../apps/gateway/src/reconciliation/registers.service.js';
import { BooksRepository } from '../../apps/gateway/src/reconciliation/store/books.repository.js';
import { BreakRepository } from '../../apps/gateway/src/reconciliation/store/break.repository.js';
import { ReportsService } from '../../apps/gateway/src/reconciliation/reports.service.js';
import { ReportRepository } from '../../apps/gateway/src/reconciliation/store/report.repository.js';
import { RegisterRepository } from '../../apps/gateway/src/reconciliation/store/register.repository.js';
import { type MigratedDatabase, startParts } from './gateway-parts.js';

/** The services of payments and of reconciliation over a database, with a merchant account of their own. */
export async function startBooks(database: MigratedDatabase) {
  const parts = await startParts(database, 4);
  const { source, accounts, sync } = parts;
  const breaks = new BreakRepository(source);
  const reconciler = new Reconciler(new BooksRepository(), breaks);
  return {
    ...{ ...parts, reconciler, breaks: new BreaksService(breaks, accounts) },
    reports: new ReportsService(new ReportRepository(source), accounts),
    registers: new RegistersService(new RegisterRepository(source), reconciler, sync, accounts),
  };
}
export type BooksParts = Awaited<ReturnType<typeof startBooks>>;
