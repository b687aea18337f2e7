import { Injectable } from '@nestjs/common';
import { HealthRepository } from './health.repository.js';

export interface Readiness {
  readonly status: 'ok' | 'unavailable';
  readonly reason?: string;
  /** Merchant accounts; a blocked one does not make the service unready, since the others run on. */
  readonly accounts?: { readonly total: number; readonly blocked: number };
}

/** Longer, and a load balancer has given up on us anyway. */
const PATIENCE_MS = 2_000;

@Injectable()
export class HealthService {
  constructor(private readonly database: HealthRepository) {}

  async check(): Promise<Readiness> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<Readiness>((resolve) => {
      timer = setTimeout(() => {
        resolve({ status: 'unavailable', reason: 'the database does not answer' });
      }, PATIENCE_MS);
    });
    const readiness = await Promise.race([this.askDatabase(), tooLate]);
    clearTimeout(timer);
    return readiness;
  }

  private async askDatabase(): Promise<Readiness> {
    try {
      return (await this.database.hasPendingMigrations())
        ? { status: 'unavailable', reason: 'migrations are pending' }
        : { status: 'ok', accounts: await this.database.countAccounts() };
    } catch {
      return { status: 'unavailable', reason: 'the database cannot be reached' };
    }
  }
}
