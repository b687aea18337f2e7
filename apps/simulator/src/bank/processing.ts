import { type BankClock } from './bank-clock.js';
import { APPROVED, findCardByName, type ResultCodes } from './cards.js';
import { type Merchants } from './merchants.js';
import { finishOperation, type Operation, scriptedResult } from './operation.js';
import { isFollowUp } from './operation-types.js';
import { type Scripts } from './scripts.js';
import { type Settlement } from './settlement.js';
import { type Switches } from './switches.js';

export interface ProcessingOptions {
  readonly clock: BankClock;
  readonly merchants: Merchants;
  readonly settlement: Settlement;
  readonly scripts: Scripts;
  readonly switches: Switches;
}

/** A refund or completion is not asked of the card again. */
const byCard = (operation: Operation): ResultCodes =>
  isFollowUp(operation) || operation.card?.name === undefined ? APPROVED : findCardByName(operation.card.name).result;

/** Takes operations that nobody has to confirm to their end. */
export class Processing {
  constructor(private readonly options: ProcessingOptions) {}

  /**
   * Also called for what was on its way when the bank was stopped.
   * @returns the operation as an answer shows it now
   */
  finishLater(operation: Operation, delayMs?: number): Operation {
    const { clock, scripts, switches } = this.options;
    const script = scripts.take(operation);
    const spanMs = script?.delayMs ?? delayMs ?? switches.get('finalDelayMs');
    if (script?.delayMs === 0) return this.finish(operation, script.result);
    const waitedMs = Math.max(0, clock.now() - operation.createdAt); // less than nothing once the clock went back
    clock.after(Math.max(0, spanMs - waitedMs), () => this.finish(operation, script?.result));
    return operation;
  }

  private finish(operation: Operation, told?: Operation['result']): Operation {
    const { clock, merchants, settlement } = this.options;
    const { terminal = 'test' } = merchants.find(operation.merchantId) ?? {};
    const result = told ?? scriptedResult(terminal, operation, byCard(operation));
    const finished = finishOperation(operation, result, terminal, clock.now());
    return settlement.close(operation, finished);
  }
}
