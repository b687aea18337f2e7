import path from 'node:path';
import { keep } from './demo-credentials.js';

export interface PaymentKeyOptions {
  readonly simulatorUrl: string;
  readonly merchantId: string;
  readonly directory: string;
}

/** The simulator is on this machine, and up. Milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Fetches the simulator's public key for card data, as a bank's operator would hand it out. At every start: a simulator that lost its
 * state has another.
 * @returns the file that holds it
 * @throws Error when the simulator does not tell it
 */
export async function keepPaymentKey({ simulatorUrl, merchantId, directory }: PaymentKeyOptions): Promise<string> {
  const route = `${simulatorUrl}/control/merchants/${merchantId}/payment-key`;
  const response = await fetch(route, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`the simulator answered ${response.status}`);
  const file = path.join(directory, 'payment-key.jwk');
  keep(file, await response.text());
  return file;
}
