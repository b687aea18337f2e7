import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { KekProvider, Keystore } from '#libs/keystore';
import { KekFile } from './kek-file.js';
import { type SealedColumn, SealedColumns } from './sealed-column.js';
import { type KekUse, type Rewrapped, type SealedValue, SealedValuesRepository } from './sealed-values.repository.js';

/** Where a rotation stands: the current KEK and what is still under others. */
export interface KekStatus {
  readonly currentKek: string;
  readonly rowsUnderCurrent: number;
  readonly rowsUnderOthers: number;
  readonly uses: readonly KekUse[];
}

export interface Progress {
  readonly table: string;
  readonly column: string;
  readonly rewrapped: number;
  readonly rowsPerSecond: number;
}

const BATCH = 500;
/** Values worked on at the same time: KEKs behind a network answer one by one. */
const AT_ONCE = 20;
/** Processes that seal may know the old KEK as current for this long; their rows are found by another pass. */
const PASSES = 5;

/** Retiring now would lose what is still sealed under an older KEK. */
export class RotationUnfinished extends Error {
  override readonly name = 'RotationUnfinished';
  readonly code = 'ROTATION_UNFINISHED';

  constructor(rows: number) {
    super(`${rows} values are still sealed under an older KEK: run "keys rotate" first`);
  }
}

/** Makes a new KEK current and wraps every DEK under it. It may be stopped at any point and simply run again. */
@Injectable()
export class KekRotationService {
  constructor(
    private readonly values: SealedValuesRepository,
    private readonly keystore: Keystore,
    private readonly keks: KekProvider,
    private readonly file: KekFile,
    private readonly columns: SealedColumns,
  ) {}

  async status(): Promise<KekStatus> {
    const uses = await this.values.usesOfKeks();
    const currentKek = await this.keks.currentKek();
    const count = (wanted: (use: KekUse) => boolean): number =>
      uses.filter(wanted).reduce((sum, { rows }) => sum + rows, 0);
    return {
      currentKek,
      rowsUnderCurrent: count(({ kekId }) => kekId === currentKek),
      rowsUnderOthers: count(({ kekId }) => kekId !== currentKek),
      uses,
    };
  }

  /**
   * New KEK into the key file, everywhere first, then current; then every value re-wrapped. Where the KEKs are Vault's or
   * KMS's own, they are rotated there, and this re-wraps.
   * @param withNewKek false: only re-wrap under the KEK that is current, as after a rotation that was stopped late
   * @returns the proof: rows per KEK, none under another than the current one
   */
  async rotate(report: (progress: Progress) => void, withNewKek = true): Promise<KekStatus> {
    if (withNewKek) await this.file.promoteNext((ms) => sleep(ms));
    await this.values.rememberCurrentKek(this.keks);
    for (let pass = 0; pass < PASSES; pass++) {
      for (const column of this.columns.all) await this.rewrapColumn(column, report);
      if ((await this.status()).rowsUnderOthers === 0) break;
    }
    return this.status();
  }

  /**
   * Takes the KEKs before the current one out of the key file, once nothing is sealed under them.
   * @returns the ids that are gone @throws Error while something still needs one
   */
  async retireOlder(): Promise<string[]> {
    const { rowsUnderOthers } = await this.status();
    if (rowsUnderOthers > 0) throw new RotationUnfinished(rowsUnderOthers);
    const retired = this.file.retireOlder();
    await this.values.retireKeks(retired);
    return retired;
  }

  private async rewrapColumn(source: SealedColumn, report: (progress: Progress) => void): Promise<void> {
    const currentKek = await this.keks.currentKek();
    const startedAt = Date.now();
    let rewrapped = 0;
    let batch: SealedValue[] = [];
    do {
      batch = await this.values.notUnder(currentKek, source, batch.at(-1), BATCH);
      rewrapped += await this.rewrapBatch(source, batch);
      if (batch.length > 0) report(progressOf(source, rewrapped, startedAt));
    } while (batch.length === BATCH);
  }

  private async rewrapBatch(source: SealedColumn, batch: readonly SealedValue[]): Promise<number> {
    if (batch.length === 0) return 0;
    const rewrapped: Rewrapped[] = [];
    for (let start = 0; start < batch.length; start += AT_ONCE) {
      const some = batch.slice(start, start + AT_ONCE).map((value) => this.rewrap(source, value));
      rewrapped.push(...(await Promise.all(some)));
    }
    return this.values.replace(source, rewrapped);
  }

  private async rewrap(source: SealedColumn, value: SealedValue): Promise<Rewrapped> {
    return { ...value, rewrapped: await this.keystore.rewrap(value.sealed, source.place(value)) };
  }
}

function progressOf({ table, column }: SealedColumn, rewrapped: number, startedAt: number): Progress {
  const seconds = Math.max(1, Date.now() - startedAt) / 1000;
  return { table, column, rewrapped, rowsPerSecond: Math.round(rewrapped / seconds) };
}
