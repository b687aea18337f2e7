import { Injectable } from '@nestjs/common';
import { type MerchantAccount, MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { newId } from '../../database/id.js';
import { type Transaction } from '../../database/transaction.js';
import { type CardSecrets, type ChargeOutcome, SendWindow } from '../bank/payment-bank.js';
import { type Operation } from '../domain/operation.js';
import { operationStatus, paymentStatus } from '../domain/statuses.js';
import { reach } from '../../failpoints/failpoint.js';
import { reachStep } from '../kinds/failpoints.js';
import { followUpOf, isFollowUp } from '../kinds/kinds.js';
import { wayOf } from '../kinds/methods.js';
import { isChargeStep, stepOf } from '../kinds/steps.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type Held, PaymentRecords } from '../store/payment-records.js';
import { type NewPayment } from '../store/payment.repository.js';
import { decideAskedFirst, decideCharging } from './charging.js';
import { conclusionOf, type Decided, preview } from './decided.js';
import { decideFollowing, decideNotToResend, type FollowUpAnswer } from './following.js';
import { type Answer, type ApiRequest, type Begun, IdempotencyService, isFinal } from './idempotency.service.js';
import { merchantRequestIdOf } from './merchant-request-id.js';
import { decideOpening, decideReopening, WAITS_FOR_ORDER } from './opening.js';
import { keptAnswer, plainly } from './plain-answer.js';
import { type Known, type Said, Sender, type Spoken } from './sender.service.js';
import {
  type AtHand,
  type Cancellation,
  FIRST,
  type FollowUpIntent,
  type Turn,
  WriteAhead,
} from './write-ahead.service.js';

export type { ApiRequest };

interface Concluded {
  readonly held: Held;
  readonly next?: Turn;
  readonly answer?: Answer;
}

/** Begins an operation, sends it, and concludes it by what the bank says; finds out what became of it where nobody knows. */
@Injectable()
export class Engine {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly sender: Sender,
    private readonly records: PaymentRecords,
    private readonly ahead: WriteAhead,
    private readonly idempotency: IdempotencyService,
  ) {}

  /** A payment of its own: on record in one statement, sent, concluded in one statement. */
  async create(
    request: ApiRequest,
    { payment, operation, known }: { payment: NewPayment; operation: Operation; known: Known },
  ): Promise<Answer> {
    const window = new SendWindow();
    const claim = this.idempotency.claimOf(request);
    reachStep(operation, 'due');
    const held = await this.records
      .begin(claim, payment, operation)
      .catch((error: unknown) => this.idempotency.letGo(claim, error));
    if (held) {
      const turn = { held, window, begunAt: performance.now(), ...FIRST, parentBankId: null };
      return this.idempotency.hold(request, () => this.run(turn, request, known));
    }
    const earlier = await this.idempotency.follow(claim);
    return earlier.kind === 'answered' ? earlier.answer : this.takeOver(request, earlier.operationId);
  }

  /** Acts on a payment that there is: reserves what it needs, then as {@link create}. @throws PaymentError by its kind */
  async act(request: ApiRequest, intent: FollowUpIntent): Promise<Answer> {
    const begun = await this.beginFollowUp(request, intent);
    if (begun.kind === 'answered') return begun.answer;
    if (begun.kind === 'resumed') return this.takeOver(request, begun.operationId);
    return this.idempotency.hold(request, () => this.run(begun.value, request));
  }

  /**
   * Goes on with what a payment waits for: card data, or the customer's browser alone.
   * @throws PaymentError `PAYMENT_NOT_FOUND` | `PAYMENT_NOT_CONFIRMABLE`, HttpProblem `VALIDATION_FAILED`
   */
  async confirm(request: ApiRequest, paymentId: string, card: CardSecrets): Promise<Answer> {
    const window = new SendWindow();
    const begun = await this.idempotency.begin(request, async (tx) => {
      const turn = await this.ahead.confirm(tx, { accountId: request.accountId, paymentId }, { window, card });
      reachStep(turn.held.operation, 'due'); // not committed yet
      await this.idempotency.name(tx, request, turn.held.operation.id);
      return turn;
    });
    if (begun.kind === 'answered') return begun.answer;
    if (begun.kind === 'resumed') return this.takeOver(request, begun.operationId);
    return this.idempotency.hold(request, () => this.run(begun.value, request, { card }));
  }

  /** By one statement where the payment is as it was read; else with the lock, which also says why it may not be done. */
  private async beginFollowUp(request: ApiRequest, intent: FollowUpIntent): Promise<Begun<Turn>> {
    const claim = this.idempotency.claimOf(request);
    reachStep({ kind: intent.kind, step: followUpOf(intent.kind).step }, 'due');
    const turn = await this.ahead
      .reserveAtOnce(claim, intent)
      .catch((error: unknown) => this.idempotency.letGo(claim, error));
    if (turn === 'taken') return this.idempotency.follow(claim);
    if (turn) return { kind: 'new', value: turn };
    return this.idempotency.begin(request, (tx) => this.ahead.reserve(tx, request, intent));
  }

  /** Gives up a payment that is open; the bank hears nothing of it. @throws PaymentError `PAYMENT_NOT_CANCELABLE` */
  async cancel(request: ApiRequest, cancellation: Cancellation): Promise<Answer> {
    reach('cancel.due');
    const begun = await this.idempotency.begin(request, async (tx) => {
      const held = await this.ahead.cancel(tx, request.accountId, cancellation);
      await this.idempotency.name(tx, request, held.operation.id);
      const { statusCode, view } = request.render(held);
      return this.idempotency.settle(tx, request, statusCode, view);
    });
    reach('cancel.concluded');
    if (begun.kind === 'resumed') return this.takeOver(request, begun.operationId);
    return begun.kind === 'new' ? begun.value : begun.answer;
  }

  /** Money that came although the payment was canceled goes back, once, where the merchant wished so. */
  async giveBackLate(accountId: string, paymentId: string): Promise<void> {
    const payment = await this.records.payments.find(accountId, paymentId);
    if (!payment?.refundLate || !paymentStatus(payment.status).paid) return;
    const { secret } = await this.accounts.open(accountId);
    const kind = payment.status === 'authorized' ? 'void' : 'refund';
    if (kind === 'refund' && !wayOf(payment).refundable) return; // told as late money all the same
    const merchantRequestId = merchantRequestIdOf(secret, 'late', kind, paymentId);
    const turn = await this.records.transaction(async (tx) => {
      await this.records.payments.lock(tx, accountId, paymentId);
      if (await this.records.operations.isOurs(tx, accountId, merchantRequestId)) return undefined;
      const ids = { accountId, operationId: newId(followUpOf(kind).idPrefix) };
      const reason = 'paid after it was canceled';
      return this.ahead.reserve(tx, ids, { paymentId, kind, merchantRequestId, amount: undefined, reason });
    });
    if (turn) await this.runOn(turn);
  }

  /** Finds out what became of an operation, and sends what may be sent. @returns it as it is then */
  async resolve(accountId: string, operationId: string): Promise<OperationEntity | null> {
    const operation = await this.records.operations.findOne(accountId, operationId);
    return operation && (await this.settle(operation)).held.operation;
  }

  /** As {@link resolve}, for what a payment was made for. */
  async resolvePayment(accountId: string, paymentId: string): Promise<OperationEntity | null | undefined> {
    const intent = await this.records.operations.currentIntent(accountId, paymentId);
    return intent ? this.resolve(accountId, intent.id) : undefined;
  }

  private settle(operation: OperationEntity, request?: ApiRequest): Promise<Concluded> {
    if (isChargeStep(operation.step)) return this.askForCharge(operation, request);
    const isAsked = stepOf(operation.step).doubt === 'by_request_id';
    return isAsked ? this.askAgain(operation, request) : this.sendAgain(operation, request);
  }

  /** Sends, concludes, and goes on with whatever that led to. */
  private async run(first: Turn, request?: ApiRequest, known?: Known): Promise<Answer> {
    const { answer } = await this.runOn(first, request, known);
    if (!answer) throw new Error(`${first.held.operation.id} was not answered`);
    return answer;
  }

  private async runOn(first: Turn, request?: ApiRequest, known?: Known): Promise<Concluded> {
    const account = await this.accounts.open(first.held.payment.merchantAccountId);
    for (let turn = first; ;) {
      const { operation } = turn.held;
      reachStep(operation, 'begun');
      const said = await this.sender.send(account, turn, known);
      reachStep(operation, 'answered');
      const concluded =
        (await this.concludeAtOnce(turn, said, request)) ??
        (await this.conclude({ account, turn, said }, request, known?.card));
      reachStep(operation, 'concluded');
      if (!concluded.next) return concluded;
      turn = concluded.next;
    }
  }

  /** An order in doubt is sent again: it can charge nobody before the customer has its link. */
  private async sendAgain(operation: OperationEntity, request?: ApiRequest): Promise<Concluded> {
    const { merchantAccountId: accountId, subjectId } = operation;
    const account = await this.accounts.open(accountId);
    const window = new SendWindow();
    const reopened = await this.records.transaction(async (tx) => {
      const opening = await this.ahead.lockOpening(tx, accountId, subjectId, false);
      const decided = WAITS_FOR_ORDER.includes(opening.payment.status) ? decideReopening(opening) : undefined;
      return this.apply(tx, opening, decided, { account, window, request });
    });
    return reopened.next ? this.runOn(reopened.next, request) : reopened;
  }

  /** A follow-up in doubt is asked for; what never left is sent. */
  private async askAgain(operation: OperationEntity, request?: ApiRequest): Promise<Concluded> {
    const account = await this.accounts.open(operation.merchantAccountId);
    const unsent = operation.unsent ? await this.ahead.beginUnsent(account, operation) : undefined;
    if (unsent) return this.runOn(unsent, request);
    const following = await this.sender.read(operation);
    reachStep(operation, 'asked');
    const concluded = await this.concludeFollowing(account, operation, following, request);
    return concluded.next ? this.runOn(concluded.next, request) : concluded;
  }

  /** In one statement, where the bank gave a plain answer to what nobody has touched since it was begun. */
  private async concludeAtOnce(turn: Turn, said: Said, request?: ApiRequest): Promise<Concluded | undefined> {
    const plain = plainly(turn, said);
    if (!plain) return undefined;
    const conclusion = conclusionOf(turn.held, plain.decided, plain.at);
    const kept = request && keptAnswer(request, preview(turn.held, conclusion, plain.at));
    if (kept && !isFinal(kept.statusCode)) return undefined;
    const held = await this.records.concludeAtOnce(turn.held, conclusion, kept);
    if (!held || !kept) return held && { held };
    return { held, answer: { statusCode: kept.statusCode, body: kept.body, replayed: false } };
  }

  /** A first step whose answer was lost is asked for; after the second the payment is. */
  private async askForCharge(operation: OperationEntity, request?: ApiRequest): Promise<Concluded> {
    const { merchantAccountId: accountId, subjectId: paymentId, id: operationId } = operation;
    const account = await this.accounts.open(accountId);
    const isAsked = operationStatus(operation.status).inDoubt && stepOf(operation.step).doubt === 'by_request_id';
    if (!isAsked) await this.records.payments.hint(accountId, paymentId);
    const asked = isAsked ? await this.sender.read(operation) : undefined;
    if (isAsked) reachStep(operation, 'asked');
    const window = new SendWindow();
    return this.records.transaction(async (tx) => {
      const charging = await this.ahead.lockCharging(tx, accountId, { paymentId, operationId });
      const clock = await this.records.operations.clock(tx, accountId, operationId, asked?.askedAt);
      const isCurrent = charging.operation.status === operation.status && charging.operation.sends === operation.sends;
      const decided = asked && isCurrent ? decideAskedFirst(charging, asked, clock) : undefined;
      return this.apply(tx, charging, decided, { account, window, request });
    });
  }

  private concludeCharging(
    { account, turn }: Spoken,
    outcome: ChargeOutcome,
    { request, card }: { request?: ApiRequest | undefined; card?: CardSecrets | undefined },
  ): Promise<Concluded> {
    const { operation, payment } = turn.held;
    const window = new SendWindow();
    return this.records.transaction(async (tx) => {
      const ids = { paymentId: payment.id, operationId: operation.id };
      const charging = await this.ahead.lockCharging(tx, account.id, ids);
      const { operation: now } = charging;
      // Otherwise somebody else concluded it.
      const isOpen = operationStatus(now.status).inDoubt || now.status === 'pending';
      const isCurrent = isOpen && now.sends === turn.send && now.step === operation.step;
      const decided = isCurrent ? decideCharging(charging, outcome) : undefined;
      return this.apply(tx, charging, decided, { account, window, request, card });
    });
  }

  private async conclude(
    { account, turn, said }: Spoken,
    request?: ApiRequest,
    card?: CardSecrets,
  ): Promise<Concluded> {
    const { operation, payment } = turn.held;
    if ('charging' in said) return this.concludeCharging({ account, turn, said }, said.charging, { request, card });
    if ('following' in said) return this.concludeFollowing(account, operation, said.following, request);
    const window = new SendWindow();
    return this.records.transaction(async (tx) => {
      const opening = await this.ahead.lockOpening(tx, account.id, payment.id, turn.mayRepeat);
      // Otherwise somebody else concluded it.
      const isCurrent = opening.operation.id === operation.id && operationStatus(opening.operation.status).inDoubt;
      const decided = isCurrent ? decideOpening(opening, said.opening) : undefined;
      return this.apply(tx, opening, decided, { account, window, request });
    });
  }

  private concludeFollowing(
    account: MerchantAccount,
    { id, subjectId }: OperationEntity,
    following: FollowUpAnswer,
    request?: ApiRequest,
  ): Promise<Concluded> {
    const window = new SendWindow();
    return this.records.transaction(async (tx) => {
      const held = await this.ahead.lock(tx, account.id, { paymentId: subjectId, operationId: id });
      const clock = await this.records.operations.clock(tx, account.id, id, following.askedAt);
      const decided = decideFollowing(held, following, clock);
      const may = decided?.next === 'absent' ? await this.ahead.hasRoom(tx, held, 'absent') : true;
      return this.apply(tx, held, may ? decided : decideNotToResend(held, following), { account, window, request });
    });
  }

  /** Writes what was decided, or puts one more sending on record; keeps the answer where nothing follows. */
  private async apply(
    tx: Transaction,
    held: Held,
    decided: Decided | undefined,
    { account, window, request, card }: AtHand & { readonly request: ApiRequest | undefined },
  ): Promise<Concluded> {
    if (decided?.next === 'in_doubt' || decided?.next === 'absent') {
      const next = await this.ahead.beginAgain(tx, held, {
        why: decided.next,
        window,
        takeBack: decided.notes.takeBack,
      });
      return { held, next };
    }
    const current = decided ? await this.records.conclude(tx, conclusionOf(held, decided)) : held;
    const next = decided && (await this.goOn(tx, current, decided, { account, window, card }));
    if (next) return { held: current, next };
    if (!request) return { held: current };
    const { statusCode, view } = request.render(current);
    return { held: current, answer: await this.idempotency.settle(tx, request, statusCode, view) };
  }

  /** What is sent next: another order, or the step that takes the money, where what it needs is at hand. */
  private async goOn(tx: Transaction, current: Held, { next }: Decided, at: AtHand): Promise<Turn | undefined> {
    const { account, window, card } = at;
    if (next === 'successor') return this.ahead.succeed(tx, current, account, window);
    const covers = covered(current, card) && (next === 'second' || card?.browser !== undefined);
    const isSecond = next === 'second' || next === 'second_in_browser';
    return isSecond && covers ? this.ahead.beginSecond(tx, current, window) : undefined;
  }

  /** After a doubt a worker asks the bank at its own pace; a repeat asks only where nobody knows of the doubt yet. */
  private takeOver(request: ApiRequest, operationId: string): Promise<Answer> {
    return this.idempotency.hold(request, () => this.carryOn(request, operationId));
  }

  private async carryOn(request: ApiRequest, operationId: string): Promise<Answer> {
    const { accountId } = request;
    const named = await this.records.operations.findOne(accountId, operationId);
    if (!named) throw new Error(`operation ${operationId} vanished`);
    const operation = isFollowUp(named.kind)
      ? named
      : ((await this.records.operations.currentIntent(accountId, named.subjectId)) ?? named);
    if (operation.status === 'sending') {
      const { answer } = await this.settle(operation, request);
      if (answer) return answer;
    }
    return this.records.transaction(async (tx) => {
      const held = await this.ahead.lock(tx, accountId, { paymentId: operation.subjectId, operationId: operation.id });
      const { statusCode, view } = request.render(held);
      return this.idempotency.settle(tx, request, statusCode, view);
    });
  }
}

/** Whether the second step has what only the customer has. */
function covered({ payment }: Held, card: CardSecrets | undefined): boolean {
  const { second } = wayOf(payment);
  return second !== undefined && (card?.data !== undefined || !stepOf(second).cardData);
}
