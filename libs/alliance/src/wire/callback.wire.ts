import { z } from 'zod';
import { type BankCallback } from '../client/bank-order.js';
import { operationWire, operationsWire } from './operation.wire.js';
import { optionalText, present } from './wire-member.js';

type DecodedCallback = Omit<BankCallback, 'encoding'>;

/**
 * An order with its one `operation`; the older edition names it `operations`.
 * Source: bank docs, "HPP: callback".
 */
const orderCallbackWire = z
  .object({
    hppOrderId: optionalText,
    merchantRequestId: optionalText,
    merchantId: optionalText,
    orderStatus: optionalText,
    operation: operationsWire,
    operations: operationsWire,
  })
  .transform(({ operation, operations, ...order }): DecodedCallback => {
    return present({ ...order, operations: [...operation, ...operations] });
  });

/** A bare operation. Source: bank docs, "H2H: callback". */
const operationCallbackWire = operationWire.transform((operation): DecodedCallback => {
  const { hppOrderId, merchantRequestId, merchantId } = operation;
  return present({ hppOrderId, merchantRequestId, merchantId, operations: [operation] });
});

const ORDER_MEMBERS = ['orderStatus', 'operation', 'operations'];

export function parseCallback(body: object): z.ZodSafeParseResult<DecodedCallback> {
  const isOrder = ORDER_MEMBERS.some((member) => member in body);
  return (isOrder ? orderCallbackWire : operationCallbackWire).safeParse(body);
}
