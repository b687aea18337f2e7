export interface AllianceEndpoint {
  readonly path: string;
  /** Of the request body. Answers are read by their form. */
  readonly encoding: 'json' | 'jwe';
  /** True where the call starts something at the bank, so that a lost answer leaves the outcome unknown. */
  readonly effect: boolean;
  /** Body members that are filled in when the body is built, anew for a replay. */
  readonly fills: readonly ('merchantId' | 'date')[];
}

/** Plain JSON in, `{"jwe"}` to the communication key out. Source: bank docs, "Authentication". */
export const AUTHORIZE_PATH = '/api-gateway/authorize_virtual_device';

/** The documents state no encoding for the two operation queries: plain JSON is assumed. */
export const ENDPOINTS = {
  /** Source: bank docs, "HPP: create order". */
  createHppOrder: {
    path: '/ecom/execute_request/hpp/v1/create-order',
    encoding: 'json',
    effect: true,
    fills: ['merchantId'],
  },
  /** Source: bank docs, "HPP: order data". */
  hppOrder: { path: '/ecom/execute_request/hpp/v1/operations', encoding: 'json', effect: false, fills: [] },
  /** Source: bank docs, "H2H: refund"; also refunds hosted-page payments. */
  refund: {
    path: '/ecom/execute_request/payments/v3/refund',
    encoding: 'jwe',
    effect: true,
    fills: ['merchantId', 'date'],
  },
  /** Source: bank docs, "H2H: data by operation_id". */
  operation: { path: '/ecom/execute_request/payments/v1/operations', encoding: 'json', effect: false, fills: [] },
  /** Source: bank docs, "H2H: data by merchantRequestId". */
  operationByMerchantRequestId: {
    path: '/ecom/execute_request/payments/v1/operation/by_merchant_request_id',
    encoding: 'json',
    effect: false,
    fills: [],
  },
} as const satisfies Record<string, AllianceEndpoint>;
