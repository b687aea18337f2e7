import { Injectable } from '@nestjs/common';
import { type z } from 'zod';
import { AllianceHttpInterceptor, unknownOutcome } from './alliance-http.interceptor.js';
import { BankCall, type CallOptions } from './bank-call.js';
import { type BankOperation, type CreateHppOrder, type CreateRefund, type HppOrder } from './bank-order.js';
import { type AllianceEndpoint, ENDPOINTS } from './endpoints.js';
import { formatBankTime } from './wire/bank-time.js';
import { hppOrderWire } from './wire/hpp-order.wire.js';
import { operationWire } from './wire/operation.wire.js';

interface Exchange<T> {
  readonly endpoint: AllianceEndpoint;
  readonly members: Readonly<Record<string, unknown>>;
  readonly wire: z.ZodType<T>;
  readonly options?: CallOptions | undefined;
}

/**
 * One method per operation of the bank. Every method throws AllianceError; where its `noEffect` is false, query by
 * `merchantRequestId` before deciding anything.
 */
@Injectable()
export class AllianceClient {
  constructor(private readonly bank: AllianceHttpInterceptor) {}

  /** Cannot charge before the customer gets `redirectUrl`. @throws TypeError for an amount that is no integer */
  createHppOrder(accountId: string, order: CreateHppOrder, options?: CallOptions): Promise<HppOrder> {
    assertAmount(order.coinAmount);
    const { preAuthExpDate, ...rest } = order;
    const members = { ...rest, preAuthExpDate: preAuthExpDate && formatBankTime(preAuthExpDate) };
    return this.exchange(accountId, { endpoint: ENDPOINTS.createHppOrder, members, wire: hppOrderWire, options });
  }

  hppOrder(accountId: string, hppOrderId: string): Promise<HppOrder> {
    return this.exchange(accountId, { endpoint: ENDPOINTS.hppOrder, members: { hppOrderId }, wire: hppOrderWire });
  }

  /** The bank's member is `id`, not `operationId`. */
  operation(accountId: string, operationId: string): Promise<BankOperation> {
    const members = { id: operationId };
    return this.exchange(accountId, { endpoint: ENDPOINTS.operation, members, wire: operationWire });
  }

  operationByMerchantRequestId(accountId: string, merchantRequestId: string): Promise<BankOperation> {
    const endpoint = ENDPOINTS.operationByMerchantRequestId;
    return this.exchange(accountId, { endpoint, members: { merchantRequestId }, wire: operationWire });
  }

  /** The answer is PENDING first and may repeat the original's `operationId`. @throws TypeError as createHppOrder */
  refund(accountId: string, refund: CreateRefund, options?: CallOptions): Promise<BankOperation> {
    assertAmount(refund.coinAmount);
    const members = { ...refund };
    return this.exchange(accountId, { endpoint: ENDPOINTS.refund, members, wire: operationWire, options });
  }

  private async exchange<T>(accountId: string, { endpoint, members, wire, options }: Exchange<T>): Promise<T> {
    const call = new BankCall(accountId, endpoint, members, options);
    const parsed = wire.safeParse(await this.bank.send(call));
    if (!parsed.success) throw unknownOutcome(call, 'schema_mismatch');
    return parsed.data;
  }
}

function assertAmount(coinAmount: number): void {
  if (!Number.isSafeInteger(coinAmount) || coinAmount < 0)
    throw new TypeError('coinAmount must be an integer of minor units');
}
