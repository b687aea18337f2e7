import { EnvelopeKeystore } from '../envelope/envelope-keystore.js';
import { LocalKekProvider } from '../kek/local-kek-provider.js';
import { generateLocalKeys } from '../kek/local-keys.js';

/**
 * A keystore under a KEK that nobody keeps.
 * @example
 * const keystore = testKeystore();
 * const box = await keystore.seal(Buffer.from('secret'), place);
 */
export const testKeystore = (): EnvelopeKeystore => new EnvelopeKeystore(LocalKekProvider.from(generateLocalKeys()));
