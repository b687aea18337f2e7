import { AllianceError } from '../error/alliance-error.js';
import { type AllianceEndpoint } from '../client/endpoints.js';
import { type Protocol } from './call.js';
import { type AccountCallId, rowOf } from './calls.js';

/**
 * Where and how a call goes under an authorization.
 * @throws AllianceError `ALLIANCE_NOT_CONFIGURED` where it does not exist there
 */
export function endpointOf(id: AccountCallId, protocol: Protocol): AllianceEndpoint {
  const { v1, v2, fills, effect, secret } = rowOf(id);
  const way = protocol === '1.0' ? v1 : v2 && ({ ...v2, encoding: 'jws' } as const);
  if (!way) {
    const message = `${id} does not exist under Authorization ${protocol}`;
    throw new AllianceError('ALLIANCE_NOT_CONFIGURED', message, { noEffect: true });
  }
  return { ...way, fills, effect: effect !== 'none', foreignCiphertext: secret.length > 0 };
}
