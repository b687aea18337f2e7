import { excerptOf } from './answer-excerpt.js';

it('keeps the beginning, as text', () => {
  expect(excerptOf(Buffer.from(`Привіт\n${'x'.repeat(2_000)}`))).toHaveLength(500);
  expect(excerptOf(Buffer.from([0x6f, 0x6b, 0x00, 0x1b, 0xff]))).toBe('ok\ufffd');
  expect(excerptOf(Buffer.from(' \n'))).toBeNull();
});

it.each([
  ['our secret', 'secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'MfKQ9r8'],
  ['a secret that is cut off', 'whsec_MfKQ9r8', 'MfKQ9r8'],
  ['a signature', 'got v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=', 'g0hM9SsE'],
  ['an API key', 'bad key ap_test_abcdefghijklmnop', 'abcdefgh'],
  ['a token', 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc', 'eyJhbGciOiJIUzI1NiJ9'],
  ['a card number', 'card 4242424242424242 declined', '4242424242424242'],
  ['a card number in groups', 'card 4242 4242 4242 4242', '4242 4242'],
])('leaves out %s', (_what, text, secret) => {
  expect(excerptOf(Buffer.from(text))).not.toContain(secret);
});
