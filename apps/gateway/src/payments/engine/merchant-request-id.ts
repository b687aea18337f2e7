import { createHmac, type KeyObject } from 'node:crypto';

/**
 * Our id of a request to the bank, derived so that a retry, a crash or a restored backup meets the same one.
 * @param secret the account's secret
 * @param parts what the request is: idempotency key, kind, number of the order
 * @returns a UUIDv8 (the bank's field holds 36 characters)
 */
export function merchantRequestIdOf(secret: KeyObject, ...parts: readonly (string | number)[]): string {
  const bytes = createHmac('sha256', secret)
    .update(JSON.stringify(['request', ...parts]))
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
}
