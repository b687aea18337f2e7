import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { RoundWorker } from '../../database/round-worker.js';
import { Workers } from '../../database/workers.js';
import { DecisionRepository } from '../store/decision.repository.js';
import { StoredIssuedTokens } from '../store/issued-tokens.store.js';
import { StoredUsedTokens } from '../store/used-tokens.store.js';
import { SigningKeysService } from './signing-keys.service.js';

const TICK_MS = 5_000;
const PRUNE_MS = 3_600_000;

/** Makes the first key at start, rotates on time, and goes on with what another process left. */
@Injectable()
export class KeyRotationJob implements OnApplicationBootstrap {
  private readonly logger = new Logger(KeyRotationJob.name);
  private readonly worker = new RoundWorker<number | undefined>({
    name: 'dcm-keys',
    claim: () => this.keys.lease(),
    handle: async (epoch) => {
      if (epoch !== undefined) await this.keys.tendUnder(epoch);
    },
    onError: (error) => {
      this.logger.warn(`keys of DCM not tended: ${(error as Error).message}`);
    },
  });

  constructor(
    private readonly keys: SigningKeysService,
    private readonly decisions: DecisionRepository,
    private readonly issued: StoredIssuedTokens,
    private readonly used: StoredUsedTokens,
    workers: Workers,
  ) {
    workers.add(this.worker);
  }

  /** Does not hold up the start: DCM may be away. */
  onApplicationBootstrap(): void {
    void this.tick();
  }

  @Interval(TICK_MS)
  tick(): Promise<void> {
    return this.worker.tick();
  }

  @Interval(PRUNE_MS)
  async prune(): Promise<void> {
    await this.decisions.prune();
    await this.issued.prune();
    await this.used.prune();
  }
}
