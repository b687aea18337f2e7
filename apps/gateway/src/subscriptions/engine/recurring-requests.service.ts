import { Injectable, Logger } from '@nestjs/common';
import { type Transaction } from '../../database/transaction.js';
import { reach } from '../../failpoints/failpoint.js';
import { SendWindow } from '../../payments/bank/payment-bank.js';
import { type RecurringOutcome } from '../../payments/bank/recurring-bank.js';
import { delayAfterDoubt } from '../../payments/domain/schedule.js';
import { type Answer, IdempotencyService, type IdempotentRequest } from '../../payments/engine/idempotency.service.js';
import { isOpen, recurringStep } from '../domain/recurring-step.js';
import { PlanRepository } from '../store/plan.repository.js';
import { type RecurringRequestEntity } from '../store/recurring-request.entity.js';
import { type NewRequest, RecurringRequestRepository } from '../store/recurring-request.repository.js';
import { type RecurringHandler } from './recurring-handler.js';
import { RecurringHandlers } from './recurring-handlers.js';

/** What the API is asked for. */
export interface RecurringIntent {
  readonly accountId: string;
  readonly key: string;
  readonly fingerprint: Buffer;
  /** Writes or checks the subject, and says what is to be sent. Runs in the transaction that claims the key. */
  readonly open: (tx: Transaction) => Promise<NewRequest>;
  /** Id that the request gets. */
  readonly requestId: string;
  /** In memory only. */
  readonly secrets?: unknown;
  /** How the answer shows what there is. */
  readonly render: (
    tx: Transaction,
    request: RecurringRequestEntity,
  ) => Promise<{ readonly statusCode: number; readonly view: object }>;
}

/** A step that is never sent again is given up when it is absent so often, over so long. Source: docs/correctness.md, "Absence". */
const ABSENT_TIMES = 3;
const ABSENT_SECONDS = 1_800;

/**
 * Requests about plans and subscriptions: on record, sent, concluded; and found out where no answer came. No transaction is
 * open while the bank is spoken to.
 */
@Injectable()
export class RecurringRequests {
  private readonly logger = new Logger(RecurringRequests.name);

  constructor(
    private readonly requests: RecurringRequestRepository,
    private readonly plans: PlanRepository,
    private readonly idempotency: IdempotencyService,
    private readonly handlers: RecurringHandlers,
  ) {}

  /** The latest request about each. */
  latestOf(accountId: string, subjectIds: readonly string[]): Promise<Map<string, RecurringRequestEntity>> {
    return this.requests.latestOf(accountId, subjectIds);
  }

  /** @throws SubscriptionError, PaymentError `IDEMPOTENCY_…` */
  async run(intent: RecurringIntent): Promise<Answer> {
    const { accountId, key, fingerprint, requestId } = intent;
    const claim: IdempotentRequest = { accountId, key, fingerprint, operationId: requestId, step: 'recurring' };
    reach('recurring.due');
    const window = new SendWindow();
    const begun = await this.idempotency.begin(claim, async (tx) => this.requests.insert(tx, await intent.open(tx)));
    if (begun.kind === 'answered') return begun.answer;
    return this.idempotency.hold(claim, async () => {
      if (begun.kind === 'new') await this.send(begun.value, window, intent.secrets);
      else await this.resolve(accountId, begun.operationId);
      const id = begun.kind === 'new' ? requestId : begun.operationId;
      return this.plans.transaction(async (tx) => {
        const request = await this.requests.lock(tx, accountId, id);
        if (!request) throw new Error(`request ${id} does not exist`);
        const { statusCode, view } = await intent.render(tx, request);
        return this.idempotency.settle(tx, claim, statusCode, view);
      });
    });
  }

  /** Finds out what became of a request that nobody has in hand, and sends it once more where that charges nobody. */
  async resolve(accountId: string, id: string): Promise<void> {
    const request = await this.requests.find(accountId, id);
    if (!request || !isOpen(request.status)) return;
    const handler = this.handlers.of(request.step);
    const asked = await handler.ask(request);
    reach('recurring.asked');
    if (asked.kind === 'found') return this.conclude(request, handler, { kind: 'done', answer: asked.answer });
    const mayGo = asked.kind === 'not_found' && recurringStep(request.step).resend === 'harmless';
    if (!mayGo) return this.wait(request, handler, asked.kind === 'not_found');
    const window = new SendWindow();
    const again = await this.plans.transaction(async (tx) => {
      const row = await this.requests.lock(tx, accountId, id);
      if (!row || !isOpen(row.status)) return undefined;
      await this.requests.beginAgain(tx, row);
      return this.requests.lock(tx, accountId, id);
    });
    if (again) await this.send(again, window);
  }

  private async send(request: RecurringRequestEntity, window: SendWindow, secrets?: unknown): Promise<void> {
    const handler = this.handlers.of(request.step);
    reach('recurring.begun');
    const outcome = await handler.send({ request, window, secrets });
    reach('recurring.answered');
    await this.conclude(request, handler, outcome);
    reach('recurring.concluded');
  }

  /** What an answer leads to. A refusal that does not prove that nothing was done counts once the bank has been asked. */
  private conclude(
    { merchantAccountId, id, sends }: RecurringRequestEntity,
    handler: RecurringHandler,
    outcome: RecurringOutcome<unknown>,
  ): Promise<void> {
    return this.plans.transaction(async (tx) => {
      const row = await this.requests.lock(tx, merchantAccountId, id);
      if (!row || row.status === 'done') return;
      if (outcome.kind === 'done') {
        await this.requests.end(tx, row);
        await handler.done(tx, row, outcome.answer);
        return;
      }
      if (!isOpen(row.status)) return;
      const failure = failureOf(outcome, { row, wasAsked: sends > 1 });
      if (failure !== undefined) {
        await this.requests.end(tx, row, failure);
        await handler.refused(tx, row, failure);
        return;
      }
      if (outcome.kind === 'duplicate' && handler.anotherId)
        await this.requests.rename(tx, row, handler.anotherId(row));
      this.logger.warn({ msg: 'in doubt about a request', request: id, step: row.step, outcome: outcome.kind });
      await this.requests.doubt(tx, row, { inSeconds: delayAfterDoubt(row.queries, Math.random()), absent: false });
    });
  }

  /** The bank does not know it, or does not say. */
  private wait(asked: RecurringRequestEntity, handler: RecurringHandler, absent: boolean): Promise<void> {
    return this.plans.transaction(async (tx) => {
      const row = await this.requests.lock(tx, asked.merchantAccountId, asked.id);
      if (!row || !isOpen(row.status)) return;
      const since = row.notFoundAt === null ? 0 : (Date.now() - row.notFoundAt.getTime()) / 1_000;
      if (absent && row.notFounds + 1 >= ABSENT_TIMES && since >= ABSENT_SECONDS) {
        await this.requests.end(tx, row, 'not_reached');
        await handler.refused(tx, row, 'not_reached');
        return;
      }
      await this.requests.doubt(tx, row, { inSeconds: delayAfterDoubt(row.queries, Math.random()), absent });
    });
  }
}

/** @returns undefined where nobody knows */
function failureOf(
  outcome: Exclude<RecurringOutcome<unknown>, { kind: 'done' }>,
  { row, wasAsked }: { readonly row: RecurringRequestEntity; readonly wasAsked: boolean },
): string | undefined {
  if (outcome.kind === 'unsendable') return 'not_sendable';
  if (outcome.kind !== 'refused') return undefined;
  const isPlain = recurringStep(row.step).resend === 'harmless' && wasAsked;
  return outcome.provenNoEffect || isPlain ? outcome.code : undefined;
}
