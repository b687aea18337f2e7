import { BankError } from '../protocol/bank-error.js';
import { type ResultCodes } from './cards.js';
import { isOfOrder, type Operation } from './operation.js';
import { type Order } from './order.js';

/** A 3DS page in progress: what the card will answer once its holder is confirmed. Holds no card data. */
export interface Challenge {
  readonly id: string;
  readonly ecomOperationId: string;
  readonly byCard: ResultCodes;
  readonly wrongCodes: number;
}

export interface BookSnapshot {
  readonly orders: readonly Order[];
  readonly operations: readonly Operation[];
  readonly challenges: readonly Challenge[];
  /** Absent in older snapshots. */
  readonly usedRequestIds?: readonly string[];
}

const requestKey = (merchantId: string, merchantRequestId: string): string => `${merchantId} ${merchantRequestId}`;

/** Everything the bank remembers about money, with the indexes its queries need. */
export class Book {
  /** Grows with every change. */
  revision = 0;
  private readonly orders = new Map<string, Order>();
  private readonly operations = new Map<string, Operation>();
  private readonly byOperationId = new Map<string, string>();
  private readonly orderOfRequest = new Map<string, string>();
  private readonly operationOfRequest = new Map<string, string>();
  private readonly usedRequestIds = new Set<string>();
  private readonly followUps = new Map<string, Set<string>>();
  private readonly challenges = new Map<string, Challenge>();

  /** One merchantRequestId, one call, whatever the call (U10). @throws BankError `b_duplicate_field_value` */
  requireFresh(merchantId: string, merchantRequestId: string): void {
    const key = requestKey(merchantId, merchantRequestId);
    if (![this.orderOfRequest, this.operationOfRequest, this.usedRequestIds].some((ids) => ids.has(key))) return;
    throw new BankError('b_duplicate_field_value', { attrs: { data: merchantRequestId } });
  }

  /** For calls that leave no operation: the id cannot be used again. @throws BankError `b_duplicate_field_value` */
  useRequestId(merchantId: string, merchantRequestId: string): void {
    this.requireFresh(merchantId, merchantRequestId);
    this.usedRequestIds.add(requestKey(merchantId, merchantRequestId));
    this.revision += 1;
  }

  saveOrder(order: Order): void {
    this.revision += 1;
    this.orders.set(order.hppOrderId, order);
    this.orderOfRequest.set(requestKey(order.merchantId, order.merchantRequestId), order.hppOrderId);
  }

  saveOperation(operation: Operation): void {
    this.revision += 1;
    const { ecomOperationId, operationId, merchantId, merchantRequestId } = operation;
    this.operations.set(ecomOperationId, operation);
    if (operationId !== undefined) this.byOperationId.set(operationId, ecomOperationId);
    if (!isOfOrder(operation)) this.operationOfRequest.set(requestKey(merchantId, merchantRequestId), ecomOperationId);
    if (operation.original) this.noteFollowUp(operation.original.ecomOperationId, ecomOperationId);
  }

  order(hppOrderId: string): Order | undefined {
    return this.orders.get(hppOrderId);
  }

  operation(ecomOperationId: string): Operation | undefined {
    return this.operations.get(ecomOperationId);
  }

  /** Refunds and completions of an operation. */
  following({ ecomOperationId }: Operation): readonly Operation[] {
    return [...(this.followUps.get(ecomOperationId) ?? [])].flatMap((id) => this.operations.get(id) ?? []);
  }

  orderOf({ hppOrderId }: Operation): Order | undefined {
    return hppOrderId === undefined ? undefined : this.orders.get(hppOrderId);
  }

  operationById(operationId: string): Operation | undefined {
    return this.operations.get(this.byOperationId.get(operationId) ?? '');
  }

  /** The operation with that id of its own, else the latest attempt of the order with that id. */
  operationByRequest(merchantId: string, merchantRequestId: string): Operation | undefined {
    const key = requestKey(merchantId, merchantRequestId);
    const own = this.operations.get(this.operationOfRequest.get(key) ?? '');
    if (own) return own;
    const order = this.orders.get(this.orderOfRequest.get(key) ?? '');
    return order && this.operationsOf(order).findLast(isOfOrder);
  }

  operationsOf(order: Order): readonly Operation[] {
    return order.operations.flatMap((id) => this.operations.get(id) ?? []);
  }

  allOperations(): readonly Operation[] {
    return [...this.operations.values()];
  }

  recentOrders(limit: number): readonly Order[] {
    return [...this.orders.values()].slice(-limit).reverse();
  }

  challenge(id: string): Challenge | undefined {
    return this.challenges.get(id);
  }

  challengeOfOperation({ ecomOperationId }: Operation): Challenge | undefined {
    return [...this.challenges.values()].find((challenge) => challenge.ecomOperationId === ecomOperationId);
  }

  challengeOf(order: Order): Challenge | undefined {
    return [...this.challenges.values()].find(({ ecomOperationId }) => order.operations.includes(ecomOperationId));
  }

  saveChallenge(challenge: Challenge): void {
    this.revision += 1;
    this.challenges.set(challenge.id, challenge);
  }

  dropChallenge(id: string): void {
    this.revision += 1;
    this.challenges.delete(id);
  }

  private noteFollowUp(original: string, ecomOperationId: string): void {
    const known = this.followUps.get(original) ?? new Set();
    this.followUps.set(original, known.add(ecomOperationId));
  }

  clear(): void {
    this.revision += 1;
    for (const index of [this.orders, this.operations, this.byOperationId, this.challenges]) index.clear();
    this.orderOfRequest.clear();
    this.operationOfRequest.clear();
    this.followUps.clear();
    this.usedRequestIds.clear();
  }

  snapshot(): BookSnapshot {
    return {
      orders: [...this.orders.values()],
      operations: [...this.operations.values()],
      challenges: [...this.challenges.values()],
      usedRequestIds: [...this.usedRequestIds],
    };
  }

  load({ orders, operations, challenges, usedRequestIds = [] }: BookSnapshot): void {
    for (const key of usedRequestIds) this.usedRequestIds.add(key);
    for (const order of orders) this.saveOrder(order);
    for (const operation of operations) this.saveOperation(operation);
    for (const challenge of challenges) this.saveChallenge(challenge);
  }
}
