import { generateKeyPairSync } from 'node:crypto';
import { CommunicationKey } from '../jwe/communication-key.js';
import { openJwe } from '../jwe/jwe-codec.js';
import { encryptCardData, encryptCardNumber, encryptCvv, encryptExpiry, encryptWalletData } from './card-data.js';
import { cardJwe } from './members.js';

const jwk = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
const key = await CommunicationKey.import(jwk);
const paymentKey = key.publicJwk();
const opened = async (jwe: string): Promise<string> => Buffer.from(await openJwe(jwe, key)).toString();

describe('card data', () => {
  it.each([
    ['5555555555554444', '5555555555554444'],
    ['5555 5555-5555 4444', '5555555555554444'],
    ['378282246310005', '378282246310005'],
  ])('encrypts the number %s', async (number, plain) => {
    expect(await opened(await encryptCardNumber(number, paymentKey))).toBe(plain);
  });

  it('writes year before month', async () => {
    const expiry = { month: 3, year: 2026 };
    expect(await opened(await encryptCardData({ ...expiry, cvv: '012' }, paymentKey))).toBe('2603012');
    expect(await opened(await encryptCardData(expiry, paymentKey))).toBe('2603');
    expect(await opened(await encryptExpiry({ month: 12, year: 2031 }, paymentKey))).toBe('3112');
    expect(await opened(await encryptCvv('007', paymentKey))).toBe('007');
  });

  it('encrypts the whole object of a wallet, and makes what the calls take', async () => {
    const jwe = await encryptWalletData({ paymentMethod: 'CARD' }, paymentKey);
    expect(await opened(jwe)).toBe('{"paymentMethod":"CARD"}');
    expect(cardJwe.parse(jwe)).toBe(jwe);
  });

  it.each([
    ['number', () => encryptCardNumber('5555555555554445', paymentKey)],
    ['number', () => encryptCardNumber('55555555555x4444', paymentKey)],
    ['number', () => encryptCardNumber('42', paymentKey)],
    ['month', () => encryptExpiry({ month: 13, year: 2026 }, paymentKey)],
    ['month', () => encryptExpiry({ month: 0, year: 2026 }, paymentKey)],
    ['year', () => encryptExpiry({ month: 1, year: 26 }, paymentKey)],
    ['cvv', () => encryptCardData({ month: 1, year: 2026, cvv: '1234' }, paymentKey)],
    ['cvv', () => encryptCvv('', paymentKey)],
  ])('refuses a wrong %s without quoting it', async (member, attempt) => {
    const error: Error = await attempt().then(
      () => new Error('was taken'),
      (problem: unknown) => problem as Error,
    );
    expect(error).toMatchObject({ code: 'ALLIANCE_INVALID_CARD', member, noEffect: true });
    expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/\d/);
  });
});
