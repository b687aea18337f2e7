import { type BodyEncoding } from './body-codec.js';

export const AUTHORIZE_PATH = '/api-gateway/authorize_virtual_device';

const PREFIX = '/ecom/execute_request';

/** Calls under Authorization 1.0 that this bank serves, with the encoding that strict mode enforces (section b.8). */
export const ENDPOINTS = {
  createOrder: { path: `${PREFIX}/hpp/v1/create-order`, encoding: 'json' },
  orderData: { path: `${PREFIX}/hpp/v1/operations`, encoding: 'json' },
  refund: { path: `${PREFIX}/payments/v3/refund`, encoding: 'jwe' },
  completion: { path: `${PREFIX}/payments/v1/completion`, encoding: 'jwe' },
  operation: { path: `${PREFIX}/payments/v1/operations`, encoding: 'json' },
  operationByRequest: { path: `${PREFIX}/payments/v1/operation/by_merchant_request_id`, encoding: 'json' },
} as const satisfies Record<string, { readonly path: string; readonly encoding: BodyEncoding }>;

export type EndpointName = keyof typeof ENDPOINTS;

/** `V1`, `v1` and `1` are all printed in the documentation. */
export const isApiVersion = (header: unknown): boolean => typeof header === 'string' && /^v?1$/i.test(header.trim());
