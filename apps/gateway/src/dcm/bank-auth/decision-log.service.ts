import { createHash } from 'node:crypto';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type DcmEvent } from '#libs/dcm';
import { type DecisionLine, DecisionRepository, type NewDecision } from '../store/decision.repository.js';

const FLUSH_MS = 200;
/** Lines written in one statement, and lines kept while the database is away. */
const BATCH = 1_000;
const MAX_WAITING = 20_000;

export type { DecisionLine };
type Line = Partial<NewDecision> & Pick<NewDecision, 'allowed'>;

/**
 * One line for each decision, written in batches beside the requests. Lines of the last fifth of a second are lost with
 * a process that is killed. Requests that were turned away for their number share a line.
 */
@Injectable()
export class DecisionLog implements BeforeApplicationShutdown {
  private readonly logger = new Logger(DecisionLog.name);
  private waiting: NewDecision[] = [];
  private turnedAway = 0;
  private lost = 0;
  private writing: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly decisions: DecisionRepository) {}

  record(line: Line): void {
    if (this.waiting.length >= MAX_WAITING) this.lost += 1;
    else this.waiting.push({ ...BLANK, ...line, at: new Date() });
    if (this.stopping) void this.flush(); // requests in hand are still answered
  }

  recordTurnedAway(): void {
    this.turnedAway += 1;
  }

  /** What libs/dcm has to tell: refused tokens, and troubles with keys and clocks. */
  hear(event: DcmEvent): void {
    if (event.event === 'token.refused') {
      this.record({ allowed: false, reason: event.code, token: event.thumbprint ?? null });
    } else {
      const { event: msg, ...facts } = event;
      this.logger.warn({ ...facts, msg });
    }
  }

  /** Newest first, those of this process up to now included. */
  async list(limit: number): Promise<DecisionLine[]> {
    await this.flush();
    await this.flush(); // the first may have begun before the latest line
    return this.decisions.list(limit);
  }

  /** Shares a running flush. Never throws. */
  @Interval(FLUSH_MS)
  flush(): Promise<void> {
    return (this.writing ??= this.write().finally(() => (this.writing = undefined)));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await this.flush();
    await this.flush();
  }

  private async write(): Promise<void> {
    this.sumUp();
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, BATCH);
      try {
        await this.decisions.add(batch);
      } catch (error) {
        this.logger.error(`${this.waiting.length} decisions not written yet: ${(error as Error).name}`);
        return;
      }
      this.waiting = this.waiting.slice(batch.length);
    }
  }

  private sumUp(): void {
    if (this.turnedAway > 0) {
      this.record({ allowed: false, reason: 'RATE_LIMITED', times: this.turnedAway });
      this.turnedAway = 0;
    }
    if (this.lost > 0) this.logger.error(`${this.lost} decisions were not recorded: the database was away too long`);
    this.lost = 0;
  }
}

const BLANK = {
  ...{ call: null, subject: null, flow: null, object: null, token: null, reason: null },
  times: 1,
};

/** Names what is no object of ours without disclosing it. */
export const hashedName = (name: string): string =>
  `sha256:${createHash('sha256').update(name).digest('base64url').slice(0, 22)}`;
