import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type ReceivedEvent } from './received-event.js';
import { MemorySequences } from './sequences.js';
import { signWebhook, verifyWebhook } from './verify.js';
import { type ReceiverOptions, WebhookReceiver } from './webhook-receiver.js';

/** Source: the example of the libraries of Standard Webhooks. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const AT = 1_614_265_330;
const PUBLISHED = {
  headers: {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': String(AT),
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  body: '{"test": 2432232314}',
};
const SIGNATURE = PUBLISHED.headers['webhook-signature'];
const options = { secrets: [SECRET], now: () => AT * 1_000 };
const changed = (headers: Record<string, string | string[] | undefined>, body = PUBLISHED.body) => ({
  headers: { ...PUBLISHED.headers, ...headers },
  body,
});

describe('verifyWebhook', () => {
  it.each([
    ['text', PUBLISHED.body],
    ['bytes', Buffer.from(PUBLISHED.body)],
  ])('takes the published example as %s', (_what, body) => {
    expect(verifyWebhook({ ...PUBLISHED, body }, options)).toBe('msg_p5jXN8AQM9LWM0D4loKWxJek');
    expect(verifyWebhook({ headers: new Headers(PUBLISHED.headers), body }, options)).toMatch(/^msg_/u);
  });

  it('takes one good signature among others, and any of the secrets', () => {
    const signature = `v1a,AAAA v1,${'A'.repeat(43)}= ${SIGNATURE}`;
    const both = { ...options, secrets: [OTHER, SECRET] };
    expect(verifyWebhook(changed({ 'webhook-signature': signature }), both)).toMatch(/^msg_/u);
  });

  it('takes what is signed with both secrets of a rotation, whichever the receiver has', () => {
    const body = '{}';
    const headers = signWebhook({ id: 'evt_1', timestamp: AT, body }, [OTHER, SECRET]);
    for (const secrets of [[SECRET], [OTHER]]) {
      expect(verifyWebhook({ headers, body }, { ...options, secrets })).toBe('evt_1');
    }
  });

  it.each<[string, ReturnType<typeof changed>, string, number?]>([
    ['another body', changed({}, '{"test": 2432232315}'), 'WEBHOOK_SIGNATURE_WRONG'],
    ['the same body written otherwise', changed({}, '{"test":2432232314}'), 'WEBHOOK_SIGNATURE_WRONG'],
    ['another id', changed({ 'webhook-id': 'msg_other' }), 'WEBHOOK_SIGNATURE_WRONG'],
    ['another time', changed({ 'webhook-timestamp': String(AT + 1) }), 'WEBHOOK_SIGNATURE_WRONG'],
    ['no version', changed({ 'webhook-signature': SIGNATURE.slice(3) }), 'WEBHOOK_SIGNATURE_WRONG'],
    ['another version', changed({ 'webhook-signature': SIGNATURE.replace('v1', 'v2') }), 'WEBHOOK_SIGNATURE_WRONG'],
    ['a signature cut off', changed({ 'webhook-signature': 'v1,g0hM9SsE' }), 'WEBHOOK_SIGNATURE_WRONG'],
    [
      'a signature behind too many others',
      changed({ 'webhook-signature': `${'x '.repeat(10)}${SIGNATURE}` }),
      'WEBHOOK_SIGNATURE_WRONG',
    ],
    ['no signature', changed({ 'webhook-signature': '' }), 'WEBHOOK_HEADERS_MISSING'],
    ['no id', changed({ 'webhook-id': undefined }), 'WEBHOOK_HEADERS_MISSING'],
    ['two times', changed({ 'webhook-timestamp': [String(AT), String(AT)] }), 'WEBHOOK_HEADERS_MISSING'],
    ['a time that is none', changed({ 'webhook-timestamp': '1e9' }), 'WEBHOOK_TIMESTAMP_OUTSIDE'],
    ['a long body', changed({}, ' '.repeat(65_537)), 'WEBHOOK_TOO_LARGE', 413],
  ])('refuses %s', (_what, request, code, status = 400) => {
    expect(() => verifyWebhook(request, options)).toThrow(expect.objectContaining({ code, status }));
  });

  it.each([
    [300, true],
    [301, false],
    [-300, true],
    [-301, false],
  ])('a message that is %i s old: %s', (age, isTaken) => {
    const verify = () => verifyWebhook(PUBLISHED, { ...options, now: () => (AT + age) * 1_000 });
    if (isTaken) expect(verify()).toMatch(/^msg_/u);
    else expect(verify).toThrow(expect.objectContaining({ code: 'WEBHOOK_TIMESTAMP_OUTSIDE' }));
  });

  it.each(['', 'whsec_', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_short'])(
    'says of the secret %j that it is none, without showing it',
    (secret) => {
      const verify = () => verifyWebhook(PUBLISHED, { ...options, secrets: [secret] });
      expect(verify).toThrow(new TypeError('a webhook secret is whsec_ and base64 of at least 16 bytes'));
    },
  );

  it('says of a body that was parsed that it needs the bytes', () => {
    expect(() => verifyWebhook({ ...PUBLISHED, body: { test: 1 } as never }, options)).toThrow(/as bytes or text/u);
  });
});

const anEvent = (over: Partial<ReceivedEvent> = {}): ReceivedEvent => ({
  ...{ id: 'evt_1', type: 'payment.succeeded', subject: { type: 'payment', id: 'pay_1' }, sequence: 1 },
  ...{ data: { paymentId: 'pay_1' }, livemode: false, createdAt: '2026-01-31T12:00:00.000Z' },
  ...over,
});
function signed(content: unknown) {
  const body = JSON.stringify(content);
  return { headers: signWebhook({ id: 'evt_1', timestamp: AT, body }, [SECRET]), body };
}
const receiver = (over: Partial<ReceiverOptions>) => new WebhookReceiver({ ...options, handlers: {}, ...over });

describe('WebhookReceiver', () => {
  it('calls the handler of the type with the event', async () => {
    const seen: ReceivedEvent[] = [];
    const webhooks = receiver({ handlers: { 'payment.succeeded': (event) => void seen.push(event) } });
    expect(await webhooks.receive(signed(anEvent()))).toBe('handled');
    expect(seen).toEqual([anEvent()]);
  });

  it('handles no event twice, and says which a later one of its subject has overtaken', async () => {
    const seen: [number, boolean][] = [];
    const webhooks = receiver({ otherwise: ({ sequence }, { overtaken }) => void seen.push([sequence, overtaken]) });
    const outcomes = [];
    for (const sequence of [1, 1, 3, 2, 3, 4, 2]) outcomes.push(await webhooks.receive(signed(anEvent({ sequence }))));
    expect(outcomes).toEqual(['handled', 'repeated', 'handled', 'handled', 'repeated', 'handled', 'repeated']);
    expect(seen).toEqual([
      [1, false],
      [3, false],
      [2, true],
      [4, false],
    ]);
  });

  it('handles a repeat that comes while the first is at work once, and another subject meanwhile', async () => {
    const order: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const webhooks = receiver({
      otherwise: async ({ subject }) => {
        if (subject.id === 'pay_1') await held;
        order.push(subject.id);
      },
    });
    const first = webhooks.receive(signed(anEvent()));
    const repeat = webhooks.receive(signed(anEvent()));
    expect(await webhooks.receive(signed(anEvent({ subject: { type: 'payment', id: 'pay_2' } })))).toBe('handled');
    release();
    expect(await Promise.all([first, repeat])).toEqual(['handled', 'repeated']);
    expect(order).toEqual(['pay_2', 'pay_1']);
  });

  it('handles an event again whose handler failed', async () => {
    let tries = 0;
    const webhooks = receiver({
      otherwise: () => {
        if (++tries === 1) throw new Error('the database is away');
      },
    });
    await expect(webhooks.receive(signed(anEvent()))).rejects.toThrow('the database is away');
    expect(await webhooks.receive(signed(anEvent()))).toBe('handled');
  });

  it.each(['payment.failed', 'link.paid', 'constructor', '__proto__', 'toString'])(
    'ignores the type %s, which nobody cares for',
    async (type) => {
      const webhooks = receiver({ handlers: { 'payment.succeeded': () => undefined } });
      expect(await webhooks.receive(signed(anEvent({ type })))).toBe('ignored');
    },
  );

  it.each([[null], [[]], ['text'], [{}], [{ ...anEvent(), sequence: '1' }], [{ ...anEvent(), subject: 'pay_1' }]])(
    'says of %j that it is no event',
    async (content) => {
      const refusal = { code: 'WEBHOOK_EVENT_UNREADABLE', status: 400 };
      await expect(receiver({}).receive(signed(content))).rejects.toMatchObject(refusal);
    },
  );

  it('forgets the subjects of longest ago first', async () => {
    const sequences = new MemorySequences(2);
    const add = (id: string, sequence: number) =>
      sequences.once({ subject: { type: 'payment', id }, sequence }, () => Promise.resolve());
    for (const id of ['a', 'b']) await add(id, 5);
    await add('a', 3);
    await add('c', 1);
    expect([await add('a', 5), await add('a', 3), await add('c', 1)]).toEqual([false, false, false]);
    expect(await add('b', 5)).toBe(true);
  });
});

describe('its listener', () => {
  const refused: unknown[] = [];
  const webhooks = receiver({
    handlers: {
      'payment.failed': () => {
        throw new Error('the database is away');
      },
    },
    onError: (error) => void refused.push(error),
  });
  const listener = webhooks.listener();

  async function ask(listen: RequestListener, request: { headers: object; body: string }): Promise<number> {
    const server = createServer(listen).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const { body } = request;
      return (await fetch(url, { method: 'POST', headers: request.headers as Record<string, string>, body })).status;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  const plain: RequestListener = (request, response) => void listener(request, response);
  /** As `express.raw`, `express.json` and Nest leave a request. */
  const behind = (leave: (body: string) => object): RequestListener => {
    return (request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => void listener(Object.assign(request, leave(text)), response));
    };
  };

  it.each<[string, number, RequestListener, { headers: object; body: string }]>([
    ['an event', 204, plain, signed(anEvent())],
    ['an event behind express.raw', 204, behind((text) => ({ body: Buffer.from(text) })), signed(anEvent())],
    ['an event with rawBody', 204, behind((text) => ({ body: {}, rawBody: Buffer.from(text) })), signed(anEvent())],
    ['a wrong signature', 400, plain, { ...signed(anEvent()), body: '{}' }],
    ['a megabyte', 413, plain, { ...signed(anEvent()), body: ' '.repeat(1_000_000) }],
    ['a handler that fails', 500, plain, signed(anEvent({ type: 'payment.failed' }))],
    ['a body that was parsed', 500, behind((text) => ({ body: JSON.parse(text) as unknown })), signed(anEvent())],
  ])('answers %s with %i', async (_what, status, listen, request) => {
    expect(await ask(listen, request)).toBe(status);
  });

  it('tells what it refused', () => {
    expect(refused.map((error) => (error as { code?: string }).code ?? String(error))).toEqual([
      'WEBHOOK_SIGNATURE_WRONG',
      'WEBHOOK_TOO_LARGE',
      'Error: the database is away',
      expect.stringContaining('no parser may see it before'),
    ]);
  });
});
