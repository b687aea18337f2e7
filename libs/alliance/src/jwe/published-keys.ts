import { CommunicationKey, type PublicJwk, thumbprintOf } from './communication-key.js';

/** RFC 7638 thumbprints of every P-384 key printed in the bank's documents. */
const PUBLISHED: ReadonlySet<string> = new Set([
  'ELNgO6HJaPhngN8UKyr0V19a0VIMNrmKjcM2GeYcpsE', // client-comm-key
  'jHzen3Iz21YzmcADiXCW3aNS4WvS7kMTzKY3aO2ZCJk', // cms-sample-key
  'QXSxoC5QaiqpH4cSrYElreK5FihaSuCNZAjAqFbV0Vg', // encryption-page-payment-key
  'kXqZamhu6PnAfYjPOPpbpUvHS6lmVM3rRdExcGCAvz8', // session-client-public-key
  '-KHRL3PulARAr0nJ2BSf5VeYy-8QnVXrAGpHu_Cl_mQ', // session-server-public-key-legacy
  '2YQjWANTPRn_V6f3VR5jIoVB9F7MT5yP9qAJPYol8tk', // session-server-public
  '21sf6TLT-IHYIZfFU_6TMdYvhm_CyAmfw6CsNKncNkY', // jws-page-payment-key
]);

/**
 * True for keys that everybody can read in the bank's documents: never to be used with real money.
 * @example
 * isPublishedExampleKey(clientKey); // => false
 */
export function isPublishedExampleKey(key: CommunicationKey | PublicJwk): boolean {
  return PUBLISHED.has(key instanceof CommunicationKey ? key.thumbprint : thumbprintOf(key));
}
