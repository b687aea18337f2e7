import { compactDecrypt, type CryptoKey, exportJWK, generateKeyPair } from 'jose';
import { type CardError } from './card-error.js';
import { type Card, encryptCard, encryptCardNumber } from './encrypt-card.js';
import { fetchPaymentKey, type PaymentKey } from './payment-key.js';

const NOW = new Date('2026-06-15T12:00:00Z');
const NUMBER = '5555555555554444';
const CARD: Card = { number: '5555 5555 5555 4444', expiry: '03/29', cvv: '737' };

describe('a card, encrypted to the bank', () => {
  let key: PaymentKey;
  let privateKey: CryptoKey;
  beforeAll(async () => {
    const pair = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-384', extractable: true });
    privateKey = pair.privateKey;
    key = (await exportJWK(pair.publicKey)) as PaymentKey;
  });

  async function opened(jwe: string) {
    const { plaintext, protectedHeader } = await compactDecrypt(jwe, privateKey);
    return { text: new TextDecoder().decode(plaintext), header: protectedHeader };
  }
  const failure = async (work: Promise<unknown>): Promise<CardError> => {
    try {
      await work;
    } catch (error) {
      return error as CardError;
    }
    throw new Error('It did not fail.');
  };

  it('is digits, and year before month before CVV, each for itself', async () => {
    const { encryptedNumber, encryptedData } = await encryptCard(CARD, key, NOW);
    expect((await opened(encryptedNumber)).text).toBe(NUMBER);
    expect((await opened(encryptedData)).text).toBe('2903737');
    expect((await opened(await encryptCardNumber(CARD.number, key))).text).toBe(NUMBER);
  });

  it('goes without CVV', async () => {
    const { encryptedData } = await encryptCard(
      { ...CARD, expiry: { month: 3, year: 2029 }, cvv: undefined },
      key,
      NOW,
    );
    expect((await opened(encryptedData)).text).toBe('2903');
  });

  it('has no header but those of the profile, and a key of its own each time', async () => {
    const one = await opened((await encryptCard(CARD, key, NOW)).encryptedNumber);
    const other = await opened((await encryptCard(CARD, key, NOW)).encryptedNumber);
    const epk = { kty: 'EC', crv: 'P-384', x: expect.any(String), y: expect.any(String) };
    expect(one.header).toEqual({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', epk });
    expect(one.header['epk']).not.toEqual(other.header['epk']);
  });

  it.each<[keyof Card, Partial<Card>, string]>([
    ['number', { number: '5555555555554445' }, 'CARD_NUMBER_INVALID'],
    ['expiry', { expiry: '03/26' }, 'CARD_EXPIRED'],
    ['cvv', { cvv: '7371' }, 'CARD_CVV_INVALID'],
    ['number', { number: '', expiry: '', cvv: '' }, 'CARD_NUMBER_INCOMPLETE'],
  ])('is refused for its %s, in words that hold nothing of it', async (member, over, code) => {
    const card = { ...CARD, ...over };
    const error = await failure(encryptCard(card, key, NOW));
    expect(error).toMatchObject({ name: 'CardError', code, member, message: code });
    const said = JSON.stringify([error, error.stack, error.message, String(error.cause)]);
    for (const value of [card.number, card.expiry, card.cvv])
      if (typeof value === 'string' && value !== '') expect(said).not.toContain(value);
  });

  it.each<[string, Partial<Record<keyof PaymentKey, string>>]>([
    ['another curve', { crv: 'P-256' }],
    ['a point off the curve', { y: 'A'.repeat(64) }],
    ['nothing', { x: '', y: '' }],
  ])('is not encrypted to %s', async (_what, over) => {
    const error = await failure(encryptCard(CARD, { ...key, ...over } as PaymentKey, NOW));
    expect([error.code, error.member, String(error.cause)]).toEqual(['PAYMENT_KEY_INVALID', undefined, 'undefined']);
  });

  it('has no key where the gateway is not there', async () => {
    expect(await failure(fetchPaymentKey('http://127.0.0.1:1', 'acc_1'))).toMatchObject({
      code: 'PAYMENT_KEY_UNAVAILABLE',
    });
  });
});
