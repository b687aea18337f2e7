import { randomUUID } from 'node:crypto';
import { BankError, validationError } from '../protocol/bank-error.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type Authorizer } from './authorizer.js';
import { type BankClock } from './bank-clock.js';
import { type Book } from './book.js';
import { type CardData } from './card-data.js';
import { type CardTokens } from './card-tokens.js';
import { findCardByName, THREE_DS_TIMED_OUT, type TestCard } from './cards.js';
import { holdTermOf } from './holds.js';
import { newBankId } from './ids.js';
import { cardMeans, type Means } from './means.js';
import { type Caller, type Merchants, ringOf } from './merchants.js';
import { finishOperation, newThreeDs, type Operation, type RecurringTrace, traceOfCard } from './operation.js';
import { type Order } from './order.js';
import { type OperationType } from './operation-types.js';
import { type Processing } from './processing.js';
import { type RequestDates } from './request-dates.js';
import { type Settlement } from './settlement.js';
import { type Views } from './views.js';

/** How long the second call may come (U27). */
const SECOND_STEP_MS = 15 * 60_000;
/** Section f.3, in kopiyky. */
const LARGEST_PAYOUT = 2_999_900;

export interface Beginning {
  readonly type: OperationType;
  readonly body: JsonObject;
  readonly caller: Caller;
  readonly means: Means;
  /** Kopiyky. */
  readonly coinAmount: number;
  /** Whether a second call always follows (a card), or only for 3DS, or never: then the redirect comes at once. */
  readonly second: 'always' | 'for_3ds' | 'at_once' | 'at_once_with_browser';
  /** The first payment of a subscription. */
  readonly under?: { readonly order: Order; readonly recurring: RecurringTrace };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const given = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const ECHOED = ['purpose', 'comment', 'merchantComment', 'senderAccount', 'recipientAccount', 'merchantCommission'];

/** Members of the request that every answer shows again: customerData flat (section o). */
const echoOf = (body: JsonObject): JsonObject => ({
  ...Object.fromEntries(ECHOED.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]]))),
  ...(body['customerData'] as JsonObject | undefined),
  txnType: given(body['txnType'])?.toUpperCase() ?? 'null', // as printed (trap 24)
});

const addressesOf = ({ notificationUrl, resultRedirectUrl, notificationEncryption }: JsonObject) => ({
  ...(typeof notificationUrl === 'string' && { notificationUrl }),
  ...(typeof resultRedirectUrl === 'string' && { resultRedirectUrl }),
  notificationEncryption: notificationEncryption === true,
});

const tokenMembers = (type: OperationType, { typeToken }: JsonObject, { externalCardToken }: Means) => ({
  ...((type === 'VERIFICATION' || typeToken === 'TOKEN_PER_CUSTOMER') && { wantsToken: true }),
  ...(externalCardToken !== undefined && { externalCardToken }),
});

const isNonCvv = ({ echo }: Operation): boolean => echo?.['txnType'] === 'NONCVV';

export interface PaymentsOptions {
  readonly book: Book;
  readonly clock: BankClock;
  readonly merchants: Merchants;
  readonly settlement: Settlement;
  readonly authorizer: Authorizer;
  readonly processing: Processing;
  readonly tokens: CardTokens;
  readonly cardData: CardData;
  readonly dates: RequestDates;
  readonly views: Views;
  readonly publicUrl: () => string;
}

/** Host-to-host payments: how a card, a wallet or a token begins one, and what the second call does (section f.2). */
export class Payments {
  constructor(private readonly options: PaymentsOptions) {}

  begin(beginning: Beginning): JsonObject {
    return this.options.views.answer(this.start(beginning));
  }

  /** @throws BankError */
  start(beginning: Beginning): Operation {
    const { merchants, book, dates, settlement } = this.options;
    const { type, body, caller } = beginning;
    const merchantId = text(body['merchantId']);
    merchants.requireAllowed(merchantId, caller, type);
    book.requireFresh(merchantId, text(body['merchantRequestId']));
    dates.requireFresh(text(body['date']), merchantId);
    if (beginning.second === 'at_once_with_browser' && wantsThreeDs(beginning)) requireBrowser(body);
    const operation = this.opened(beginning);
    settlement.open(operation);
    if (operation.desiredThreeDSMode === 'MUST' && !beginning.means.takesThreeDs) return this.refuseMode(operation);
    return this.proceed(operation, beginning);
  }

  /** Money goes out to a card (A2C). */
  payOut(body: JsonObject, caller: Caller, card: TestCard): JsonObject {
    const { merchants, book, dates, settlement, processing, views } = this.options;
    const merchantId = text(body['merchantId']);
    const coinAmount = Number(body['coinAmount']);
    merchants.requireAllowed(merchantId, caller, 'ACCOUNT_2_CARD');
    if (coinAmount > LARGEST_PAYOUT)
      throw new BankError('b_invalid_request', { text: '@Payment coin amount exceeds the limit' });
    requireRecipient(body);
    book.requireFresh(merchantId, text(body['merchantRequestId']));
    dates.requireFresh(text(body['date']), merchantId);
    const beginning = {
      type: 'ACCOUNT_2_CARD',
      body,
      caller,
      means: cardMeans(card),
      coinAmount,
      second: 'at_once',
    } as const;
    const operation = this.opened(beginning);
    settlement.open(operation);
    return views.answer(processing.finishLater(operation));
  }

  /** The second call of a card: expiry and CVV, and the browser where 3DS is wanted. */
  async execute(body: JsonObject, caller: Caller, types: readonly OperationType[]): Promise<JsonObject> {
    const waiting = this.requireAwaiting(body, caller, types);
    if (waiting.awaits === 'card_data') {
      if (body['encryptedCardData'] === undefined) throw missing('encryptedCardData');
      await this.options.cardData.requireExpiry(body['encryptedCardData'], waiting.merchantId, !isNonCvv(waiting));
    }
    const operation = this.requireAwaiting(body, caller, types); // nothing may have happened while it was decrypted
    return this.options.views.answer(this.second(operation, body));
  }

  /** The second call of a wallet or token: the browser alone. */
  authenticate(body: JsonObject, caller: Caller, types: readonly OperationType[]): JsonObject {
    const operation = this.requireAwaiting(body, caller, types);
    if (operation.awaits !== 'browser') throw new BankError('b_cannot_process_logic_transaction');
    return this.options.views.answer(this.second(operation, body));
  }

  /** Fails what waits for its second call in vain; called again after a restart. */
  watch(operation: Operation): void {
    const { book, clock } = this.options;
    if (operation.awaits === undefined) return;
    clock.at(operation.createdAt + SECOND_STEP_MS, () => {
      const current = book.operation(operation.ecomOperationId);
      if (current?.awaits !== undefined) this.timeOut(current);
    });
  }

  private opened({ type, body, caller, means, coinAmount, under }: Beginning): Operation {
    const { clock } = this.options;
    const now = clock.now();
    const signedBy = under ? 'recurring' : ringOf(caller);
    const hold = type === 'PREAUTH' ? holdTermOf(given(body['preAuthExpDate']), clock) : undefined;
    return {
      ecomOperationId: randomUUID(),
      operationId: newBankId(now),
      type,
      status: 'PENDING',
      merchantId: text(body['merchantId']),
      merchantRequestId: text(body['merchantRequestId']),
      coinAmount,
      createdAt: now,
      modifiedAt: now,
      card: traceOfCard(means.card),
      service: means.service,
      desiredThreeDSMode: given(body['desiredThreeDSMode']) ?? 'SHOULD',
      ...addressesOf(body),
      ...tokenMembers(type, body, means),
      ...(hold && { hold: { ...hold, lapsed: false } }),
      ...(signedBy && { signedBy }),
      ...(under && { hppOrderId: under.order.hppOrderId, recurring: under.recurring, wantsToken: true }),
      echo: echoOf(body),
    };
  }

  private proceed(operation: Operation, beginning: Beginning): Operation {
    const { means, second } = beginning;
    const threeDs = wantsThreeDs(beginning);
    if (!threeDs && second !== 'always') return this.options.authorizer.finish(operation, means.card.result);
    const status = threeDs ? 'REQUIRED_3DS' : 'PENDING';
    const trace = threeDs && { threeDs: newThreeDs() };
    const awaits = second === 'always' ? 'card_data' : 'browser';
    const waiting: Operation = { ...operation, status, awaits, ...trace };
    this.options.book.saveOperation(waiting);
    if (second.startsWith('at_once')) return this.redirect(waiting);
    this.watch(waiting);
    return waiting;
  }

  /** To the 3DS page, or to the end. */
  private second(operation: Operation, body: JsonObject): Operation {
    if (operation.threeDs) {
      requireBrowser(body);
      return this.redirect(operation);
    }
    return this.options.authorizer.finish(
      { ...operation, awaits: undefined },
      findCardByName(operation.card?.name).result,
    );
  }

  private redirect(operation: Operation): Operation {
    const { authorizer, book, publicUrl } = this.options;
    const redirectUrl = `${publicUrl()}/threeDS/getRedirectHtml/${operation.operationId ?? ''}`;
    const threeDs = { ...(operation.threeDs ?? newThreeDs()), redirectUrl };
    const redirected: Operation = { ...operation, awaits: undefined, status: 'REQUIRED_3DS', threeDs };
    book.saveOperation(redirected);
    authorizer.challenge(
      redirected,
      findCardByName(operation.card?.name).result,
      this.options.clock.now() + SECOND_STEP_MS,
    );
    return redirected;
  }

  private refuseMode(operation: Operation): Operation {
    const { clock, settlement } = this.options;
    const refused: Operation = { ...operation, status: 'DESIRED_THREEDS_MODE_ERROR', modifiedAt: clock.now() };
    return settlement.close(operation, refused);
  }

  private timeOut(operation: Operation): void {
    const { clock, merchants, settlement } = this.options;
    const { terminal = 'test' } = merchants.find(operation.merchantId) ?? {};
    settlement.close(operation, finishOperation(operation, THREE_DS_TIMED_OUT, terminal, clock.now()));
  }

  private requireAwaiting(body: JsonObject, caller: Caller, types: readonly OperationType[]): Operation {
    const operation = this.options.book.operationById(text(body['operationId']));
    if (!operation || !caller.merchants.some(({ merchantId }) => merchantId === operation.merchantId))
      throw new BankError('b_operation_not_found');
    if (WITHOUT_SECOND_STEP.includes(operation.type)) throw new BankError('b_explicit_payment_execution_not_supported');
    if (operation.awaits === undefined || !types.includes(operation.type))
      throw new BankError('b_cannot_process_logic_transaction');
    this.options.dates.requireFresh(text(body['date']), operation.merchantId);
    return operation;
  }
}

const WITHOUT_SECOND_STEP: readonly OperationType[] = ['ACCOUNT_2_CARD', 'ACCOUNT_2_ACCOUNT', 'COMPLETION', 'REFUND'];

const wantsThreeDs = ({ body, means }: Pick<Beginning, 'body' | 'means'>): boolean => {
  const mode = given(body['desiredThreeDSMode']) ?? 'SHOULD';
  return means.takesThreeDs && (mode === 'MUST' || (mode === 'SHOULD' && means.asksByItself));
};

/** @throws BankError with `validation.errors` */
const requireBrowser = ({ browserInfo }: JsonObject): void => {
  if (browserInfo === undefined) throw missing('browserInfo');
};

const missing = (field: string): BankError => validationError([{ field, message: 'is required' }]);

/** @throws BankError `b_err_missing_recipient_id` | `b_err_invalid_itn_format` */
const requireRecipient = ({ customerData }: JsonObject): void => {
  const { recipientItn, recipientPassport } = (customerData ?? {}) as JsonObject;
  if (recipientItn === undefined && recipientPassport === undefined) throw new BankError('b_err_missing_recipient_id');
  if (recipientItn !== undefined && recipientPassport === undefined && !/^\d{10}$/.test(text(recipientItn)))
    throw new BankError('b_err_invalid_itn_format');
};
