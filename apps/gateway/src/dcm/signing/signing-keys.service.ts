import { Injectable, Logger } from '@nestjs/common';
import { DcmError } from '#libs/dcm';
import { type AuditEntry } from '../../audit/audit.service.js';
import { DcmProblem } from '../dcm-problem.js';
import { OVERLAP_SECONDS } from '../domain/key-lifecycle.js';
import { CounterpartyRepository } from '../store/counterparty.repository.js';
import { type DcmSigningKeyEntity } from '../store/dcm-signing-key.entity.js';
import { SigningKeyRepository } from '../store/signing-key.repository.js';
import { KeyRotationService } from './key-rotation.service.js';

type Actor = AuditEntry['actor'];
export type SigningKeyView = Omit<DcmSigningKeyEntity, 'counterpartyGuid' | 'privateSealed'>;

export interface KeysStatus {
  readonly keys: readonly SigningKeyView[];
  /** A rotation is under way. */
  readonly rotating: boolean;
  readonly failuresInARow: number;
  readonly lastError: string | null;
  readonly nextAttemptAt: Date | null;
}

/** Keeps the keys in order under a lease: one process at a time, whoever asks. */
@Injectable()
export class SigningKeysService {
  private readonly logger = new Logger(SigningKeysService.name);

  constructor(
    private readonly counterparty: CounterpartyRepository,
    private readonly rows: SigningKeyRepository,
    private readonly rotation: KeyRotationService,
  ) {}

  async status(): Promise<KeysStatus> {
    const [all, row] = await Promise.all([this.rows.list(), this.counterparty.find()]);
    return {
      keys: all.map(viewOf),
      rotating: all.some(({ status }) => status === 'staged' || status === 'published'),
      failuresInARow: row?.failures ?? 0,
      lastError: row?.lastError ?? null,
      nextAttemptAt: row && row.failures > 0 ? row.retryAt : null,
    };
  }

  /** A planned rotation, as far as it gets now. @throws DcmProblem */
  async rotate(actor: Actor): Promise<KeysStatus> {
    const { keys, rotating } = await this.status();
    if (!rotating && (await this.rotation.stageNext(actor)) === undefined) throw noRoom(keys);
    return this.finish();
  }

  /** For a key that somebody else may have: replaced at once, without an overlap. @throws DcmProblem */
  async replace(actor: Actor, id?: string): Promise<KeysStatus> {
    const bad = (await this.rows.list()).find((key) =>
      id === undefined ? key.status === 'signing' : key.id === id && isAlive(key),
    );
    if (!bad) throw new DcmProblem('DCM_KEY_NOT_FOUND', 'There is no such key in use.');
    await this.rotation.stageInstead(actor, bad);
    return this.finish();
  }

  /** What time asks for: a first key, a rotation, the end of an overlap, or going on where another process stopped. */
  async tend(): Promise<void> {
    const epoch = await this.lease();
    if (epoch !== undefined) await this.tendUnder(epoch);
  }

  /** @returns undefined when another process holds the lease, or it is too early for another attempt */
  lease(): Promise<number | undefined> {
    return this.counterparty.lease(true);
  }

  /** As {@link tend}, by whoever has the lease; gives it back. */
  tendUnder(lease: number): Promise<void> {
    return this.underLease(lease, async () => {
      await this.rotation.retireOld();
      if (await this.rotation.isDue()) await this.rotation.stageNext('gateway');
      await this.advance(lease);
    });
  }

  private async finish(): Promise<KeysStatus> {
    const epoch = await this.counterparty.lease(false);
    if (epoch === undefined) throw new DcmProblem('DCM_ROTATION_UNDER_WAY', 'Another process is working on the keys.');
    await this.underLease(epoch, () => this.advance(epoch));
    return this.status();
  }

  private async advance(epoch: number): Promise<void> {
    while (await this.rotation.step()) if (!(await this.counterparty.extend(epoch))) return;
  }

  private async underLease(epoch: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      await this.counterparty.release(epoch);
    } catch (error) {
      const reason = error instanceof DcmError ? [error.code, error.reason].join(' ') : (error as Error).name;
      await this.counterparty.releaseFailed(epoch, reason);
      this.logger.warn(`keys of DCM: ${reason}`);
      throw DcmProblem.from(error);
    }
  }
}

/** An allow-list: the private half is no member of it, not even sealed. */
function viewOf(row: DcmSigningKeyEntity): SigningKeyView {
  const { id, slot, recordGuid, publicJwk, status, createdAt, publishedAt, signingAt, retiringAt, retiredAt } = row;
  return { id, slot, recordGuid, publicJwk, status, createdAt, publishedAt, signingAt, retiringAt, retiredAt };
}

const isAlive = ({ status }: Pick<DcmSigningKeyEntity, 'status'>): boolean =>
  status === 'signing' || status === 'retiring';

function noRoom(keys: readonly SigningKeyView[]): DcmProblem {
  const since = keys.find(({ status }) => status === 'retiring')?.retiringAt?.getTime() ?? Date.now();
  const free = new Date(since + OVERLAP_SECONDS * 1_000).toISOString();
  return new DcmProblem('DCM_ROTATION_TOO_EARLY', `Tokens of the key before may be under way until ${free}.`);
}
