import { KeystoreError } from '#libs/keystore';
import { ConfigError } from './gateway-config.js';

/** What an operator needs to read: known problems are sentences, anything else shows its stack. */
export function startProblem(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof KeystoreError) {
    return `The keys cannot be used: ${error.message}. See KEYSTORE_PROVIDER and KEYSTORE_KEYS_FILE.`;
  }
  return (error as Error).stack ?? String(error);
}
