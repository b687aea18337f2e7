import { Injectable } from '@nestjs/common';
import { type MerchantAccount, MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { newId } from '../../database/id.js';
import { type Transaction } from '../../database/transaction.js';
import { type Customer, type OrderOutcome, SendWindow } from '../bank/payment-bank.js';
import { type Operation } from '../domain/operation.js';
import { operationStatus, type PaymentStatus, paymentStatus } from '../domain/statuses.js';
import { reach } from '../../failpoints/failpoint.js';
import { reachStep } from '../kinds/failpoints.js';
import { followUpOf, isFollowUp } from '../kinds/kinds.js';
import { wayOf } from '../kinds/methods.js';
import { stepOf } from '../kinds/steps.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type Held, type KeptAnswer, PaymentRecords } from '../store/payment-records.js';
import { type NewPayment } from '../store/payment.repository.js';
import { conclusionOf, type Decided, preview } from './decided.js';
import { decideFollowing, decideNotToResend, type FollowUpAnswer } from './following.js';
import { type Answer, type Begun, type IdempotentRequest, IdempotencyService, isFinal } from './idempotency.service.js';
import { merchantRequestIdOf } from './merchant-request-id.js';
import { decideOpening, decideReopening } from './opening.js';
import { type Said, Sender } from './sender.service.js';
import { type Cancellation, FIRST, type FollowUpIntent, type Turn, WriteAhead } from './write-ahead.service.js';

/** A request of the API: its key, and how its answer shows what there is. */
export interface ApiRequest extends IdempotentRequest {
  readonly render: (held: Held) => { readonly statusCode: number; readonly view: object };
}

/** One sending, and what the bank said to it. */
interface Spoken {
  readonly account: MerchantAccount;
  readonly turn: Turn;
  readonly said: Said;
}

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
    { payment, operation, customer }: { payment: NewPayment; operation: Operation; customer: Customer },
  ): Promise<Answer> {
    const window = new SendWindow();
    const claim = this.idempotency.claimOf(request);
    reachStep(operation, 'due');
    const held = await this.records
      .begin(claim, payment, operation)
      .catch((error: unknown) => this.idempotency.letGo(claim, error));
    if (held) {
      const turn = { held, window, begunAt: performance.now(), ...FIRST, parentBankId: null };
      return this.idempotency.hold(request, () => this.run(turn, request, customer));
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
    const isAsked = stepOf(operation.step).doubt === 'by_request_id';
    return isAsked ? this.askAgain(operation, request) : this.sendAgain(operation, request);
  }

  /** Sends, concludes, and goes on with whatever that led to. */
  private async run(first: Turn, request?: ApiRequest, customer?: Customer): Promise<Answer> {
    const { answer } = await this.runOn(first, request, customer);
    if (!answer) throw new Error(`${first.held.operation.id} was not answered`);
    return answer;
  }

  private async runOn(first: Turn, request?: ApiRequest, known?: Customer): Promise<Concluded> {
    const account = await this.accounts.open(first.held.payment.merchantAccountId);
    for (let turn = first; ;) {
      const { operation } = turn.held;
      reachStep(operation, 'begun');
      const said = await this.sender.send(account, turn, known);
      reachStep(operation, 'answered');
      const concluded =
        (await this.concludeAtOnce(turn, said, request)) ?? (await this.conclude({ account, turn, said }, request));
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

  private async conclude({ account, turn, said }: Spoken, request?: ApiRequest): Promise<Concluded> {
    const { operation, payment } = turn.held;
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
    { account, window, request }: { account: MerchantAccount; window: SendWindow; request: ApiRequest | undefined },
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
    if (decided?.next === 'successor')
      return { held: current, next: await this.ahead.succeed(tx, current, account, window) };
    if (!request) return { held: current };
    const { statusCode, view } = request.render(current);
    return { held: current, answer: await this.idempotency.settle(tx, request, statusCode, view) };
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

/** The answer to a request, as it will be once this is written. */
function keptAnswer(request: ApiRequest, written: Held): KeptAnswer {
  const { statusCode, view } = request.render(written);
  return { holder: request, statusCode, body: JSON.stringify(view) };
}

/**
 * What a plain answer leads to, and when that is: on the database's clock, as the row told it and time has passed since.
 * @returns undefined where it needs a closer look, under the lock
 */
function plainly({ held, begunAt }: Turn, said: Said): { readonly decided: Decided; readonly at: Date } | undefined {
  if (begunAt === undefined) return undefined;
  const at = new Date(Math.ceil(held.operation.createdAt.getTime() + performance.now() - begunAt));
  const decided = 'following' in said ? plainFollowing(held, said.following) : plainOpening(held, at, said.opening);
  return decided && !decided.next && !operationStatus(decided.to).inDoubt ? { decided, at } : undefined;
}

/** Of payments whose order may have to be sent again, or to be let go. */
const WAITS_FOR_ORDER: readonly PaymentStatus[] = ['created', 'canceled'];

const JUST_SENT = { sinceSentSeconds: 0, sinceNotFoundSeconds: null, pastDeadline: false };

const plainFollowing = (held: Held, following: FollowUpAnswer): Decided | undefined =>
  following.reading === undefined && following.sent?.outcome.kind === 'answered'
    ? decideFollowing(held, following, JUST_SENT)
    : undefined;

function plainOpening(held: Held, now: Date, outcome: OrderOutcome): Decided | undefined {
  if (outcome.kind !== 'opened') return undefined;
  const { createdAt, expiresInMinutes } = held.payment;
  const sinceCreatedSeconds = (now.getTime() - createdAt.getTime()) / 1_000;
  const untilExpirySeconds = expiresInMinutes * 60 - sinceCreatedSeconds;
  const pastExpiry = untilExpirySeconds < 0;
  const ages = { now, sinceCreatedSeconds, untilExpirySeconds, pastExpiry, pastDeadline: false };
  return decideOpening({ ...held, ages, orders: 1, mayRepeat: true }, outcome);
}
