import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DecisionRepository } from '../store/decision.repository.js';
import { StoredIssuedTokens } from '../store/issued-tokens.store.js';
import { SigningKeysService } from './signing-keys.service.js';

const TICK_MS = 5_000;
const PRUNE_MS = 3_600_000;

/** Makes the first key at start, rotates on time, and goes on with what another process left. */
@Injectable()
export class KeyRotationJob implements OnApplicationBootstrap {
  private readonly logger = new Logger(KeyRotationJob.name);
  private running: Promise<void> | undefined;

  constructor(
    private readonly keys: SigningKeysService,
    private readonly decisions: DecisionRepository,
    private readonly issued: StoredIssuedTokens,
  ) {}

  /** Does not hold up the start: DCM may be away. */
  onApplicationBootstrap(): void {
    void this.tick();
  }

  /** One at a time. Never throws. */
  @Interval(TICK_MS)
  tick(): Promise<void> {
    return (this.running ??= this.tend().finally(() => (this.running = undefined)));
  }

  @Interval(PRUNE_MS)
  async prune(): Promise<void> {
    await this.decisions.prune();
    await this.issued.prune();
  }

  private async tend(): Promise<void> {
    try {
      await this.keys.tend();
    } catch (error) {
      this.logger.warn(`keys of DCM not tended: ${(error as Error).message}`);
    }
  }
}
