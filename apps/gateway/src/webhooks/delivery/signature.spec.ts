import { newWebhookSecret, signMessage } from './signature.js';

/** Source: the example of the libraries of Standard Webhooks. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const MESSAGE = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };

it('signs as the published example does', () => {
  expect(signMessage(MESSAGE, [SECRET])).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it('puts a signature of each secret, the newest first', () => {
  const [one, two] = [newWebhookSecret(), newWebhookSecret()];
  const both = signMessage(MESSAGE, [one, two])['webhook-signature'].split(' ');
  expect(both).toEqual([one, two].map((secret) => signMessage(MESSAGE, [secret])['webhook-signature']));
});

it('makes secrets of 256 random bits', () => {
  const secrets = Array.from({ length: 50 }, newWebhookSecret);
  expect(new Set(secrets).size).toBe(50);
  for (const secret of secrets) expect(Buffer.from(secret.replace('whsec_', ''), 'base64')).toHaveLength(32);
});
