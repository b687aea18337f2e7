import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ReceivedEvent, readEvent, verifyWebhook, WebhookReceiver } from '#libs/webhook-receiver';
import { newWebhookSecret } from '../delivery/signature.js';
import { EXAM } from './exam.tool.js';
import { QUESTIONS } from './exam-questions.js';

const SECRET = newWebhookSecret();

/** A server with its own idea of webhooks, and of what took effect. */
class Receiver {
  readonly applied = new Map<string, number[]>();
  private constructor(private readonly server: Server) {}

  static async start(take: (receiver: Receiver, request: IncomingMessage, response: ServerResponse) => void) {
    const server = createServer((request, response) => {
      if (request.method !== 'GET') {
        take(receiver, request, response);
        return;
      }
      const subject = new URL(request.url ?? '', 'http://x').searchParams.get('subject') ?? '';
      response.end(JSON.stringify(receiver.applied.get(subject) ?? []));
    });
    const receiver = new Receiver(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  apply({ subject, sequence }: ReceivedEvent): void {
    this.applied.set(subject.id, [...(this.applied.get(subject.id) ?? []), sequence]);
  }

  has({ subject, sequence }: ReceivedEvent): boolean {
    return this.applied.get(subject.id)?.includes(sequence) ?? false;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** @returns the exit code and the lines that were printed */
async function examine(receiver: Receiver, over: Readonly<Record<string, unknown>> = {}) {
  const lines: string[] = [];
  const terminal = { env: {}, print: (line: string) => void lines.push(line), signal: new AbortController().signal };
  const given = { url: receiver.url, secret: SECRET, effects: receiver.url, timeoutSeconds: 10, ...over };
  const code = await EXAM.run(given, terminal);
  receiver.stop();
  const wrong = lines.filter((line) => line.startsWith('WRONG')).map((line) => line.slice(7).split(':')[0] ?? '');
  return { code, lines, wrong };
}

/** What a receiver by the library does, with the library's own receiver. */
const byLibrary = () =>
  Receiver.start((receiver, request, response) => {
    void listenerOf(receiver)(request, response);
  });
const listeners = new WeakMap<Receiver, ReturnType<WebhookReceiver['listener']>>();
function listenerOf(receiver: Receiver): ReturnType<WebhookReceiver['listener']> {
  const known = listeners.get(receiver);
  const made =
    known ??
    new WebhookReceiver({
      secrets: [SECRET],
      handlers: {},
      otherwise: (event, { overtaken }) => {
        if (!overtaken) receiver.apply(event);
      },
      onError: () => undefined,
    }).listener();
  listeners.set(receiver, made);
  return made;
}

interface Steps {
  /** @throws what is answered with 400 */
  readonly verify: (request: IncomingMessage, body: string) => void;
  readonly handle: (receiver: Receiver, event: ReceivedEvent) => Promise<void> | void;
  readonly limit: number;
  readonly refusal: number;
}

/** Right in every step. The mistakes below each change one. */
const RIGHT: Steps = {
  verify: ({ headers }, body) => void verifyWebhook({ headers, body }, { secrets: [SECRET] }),
  handle: (receiver, event) => {
    const latest = receiver.applied.get(event.subject.id)?.at(-1) ?? 0;
    if (event.sequence > latest) receiver.apply(event);
  },
  limit: 100_000,
  refusal: 400,
};

const handWritten = (steps: Partial<Steps>) => {
  const { verify, handle, limit, refusal } = { ...RIGHT, ...steps };
  return Receiver.start((receiver, request, response) => {
    void (async () => {
      let body = '';
      for await (const part of request.iterator({ destroyOnReturn: false })) {
        body += String(part);
        if (body.length > limit) return response.writeHead(413, { connection: 'close' }).end();
      }
      try {
        verify(request, body);
      } catch {
        return response.writeHead(refusal).end();
      }
      try {
        await handle(receiver, readEvent(body));
        return response.writeHead(204).end();
      } catch {
        return response.writeHead(500).end();
      }
    })();
  });
};

describe('the exam', () => {
  it.each<[string, () => Promise<Receiver>]>([
    ['by the library', byLibrary],
    ['that is written by hand and right', () => handWritten({})],
  ])('passes a receiver %s', async (_what, start) => {
    const { code, lines, wrong } = await examine(await start());
    expect(wrong).toEqual([]);
    expect(code).toBe(0);
    expect(lines.at(-1)).toBe(`\n${QUESTIONS.length} right, 0 wrong, 0 not judged.`);
  });

  it.each<[string, Partial<Steps>, string[]]>([
    [
      'handles what is repeated again',
      {
        handle: (receiver, event) => {
          receiver.apply(event);
        },
      },
      [
        'lets a repeated event take effect once',
        'lets an event that comes twice at the same time take effect once',
        'is not set back by an event that comes late',
      ],
    ],
    [
      'looks first and remembers later',
      {
        handle: async (receiver, event) => {
          const latest = receiver.applied.get(event.subject.id)?.at(-1) ?? 0;
          await sleep(100);
          if (event.sequence > latest) receiver.apply(event);
        },
      },
      ['lets an event that comes twice at the same time take effect once'],
    ],
    [
      'goes by the order of arrival',
      {
        handle: (receiver, event) => {
          if (!receiver.has(event)) receiver.apply(event);
        },
      },
      ['is not set back by an event that comes late'],
    ],
    [
      'answers 409 to what is repeated',
      {
        handle: (receiver, event) => {
          if (receiver.has(event)) throw new Error('409');
          void RIGHT.handle(receiver, event);
        },
      },
      ['lets a repeated event take effect once', 'lets an event that comes twice at the same time take effect once'],
    ],
    [
      'believes everybody',
      { verify: () => undefined },
      [
        'refuses the signature of another secret',
        'refuses a body that was changed after it was signed',
        'refuses an event without a signature',
        'refuses an event without a time',
        'refuses what was signed ten minutes ago',
        'refuses what was signed for in ten minutes',
      ],
    ],
    [
      'looks at the first signature only',
      {
        verify: (request, body) => {
          const [first = ''] = String(request.headers['webhook-signature']).split(' ');
          RIGHT.verify({ headers: { ...request.headers, 'webhook-signature': first } } as never, body);
        },
      },
      ['takes it with the signature of another secret before its own, as during a rotation'],
    ],
    [
      'verifies JSON that was parsed and written again',
      {
        verify: (request, body) => {
          RIGHT.verify(request, JSON.stringify(JSON.parse(body)));
        },
      },
      ['takes a body that is written with spaces and escapes'],
    ],
    [
      'does not look at the time',
      {
        verify: ({ headers }, body) => {
          verifyWebhook({ headers, body }, { secrets: [SECRET], toleranceSeconds: 86_400 });
        },
      },
      ['refuses what was signed ten minutes ago', 'refuses what was signed for in ten minutes'],
    ],
    [
      'looks for old times only',
      {
        verify: (request, body) => {
          const at = Number(request.headers['webhook-timestamp']);
          verifyWebhook(
            { headers: request.headers, body },
            { secrets: [SECRET], now: () => Math.max(Date.now(), at * 1_000) },
          );
        },
      },
      ['refuses what was signed for in ten minutes'],
    ],
    [
      'fails for a type that it does not know',
      {
        handle: (receiver, event) => {
          if (event.type === 'payment.of_a_later_version') throw new Error('unknown');
          void RIGHT.handle(receiver, event);
        },
      },
      ['takes a type that it does not know'],
    ],
    [
      'answers 500 to what it refuses',
      { refusal: 500 },
      QUESTIONS.map(({ name }) => name).filter((name) => /^refuses (?!two)/u.test(name)),
    ],
    [
      'answers 410 to what it refuses',
      { refusal: 410 },
      QUESTIONS.map(({ name }) => name).filter((name) => /^refuses (?!two)/u.test(name)),
    ],
  ])('finds out a receiver that %s', async (_what, steps, mistakes) => {
    const { code, wrong } = await examine(await handWritten(steps));
    expect(wrong).toEqual(mistakes);
    expect(code).toBe(1);
  });

  it('finds out one that works off one connection after the other', async () => {
    let before = Promise.resolve();
    const receiver = await Receiver.start((own, request, response) => {
      before = before.then(() => listenerOf(own)(request, response));
    });
    const { wrong } = await examine(receiver, { timeoutSeconds: 3 });
    expect(wrong).toEqual(['takes an event while another one arrives slowly']);
  });

  it('finds out one that breaks when too much comes', async () => {
    const receiver = await Receiver.start((own, request, response) => {
      if (Number(request.headers['content-length']) > 1_000_000) own.stop();
      else void listenerOf(own)(request, response);
    });
    expect((await examine(receiver)).wrong).toEqual(['refuses two megabytes, and goes on']);
  });

  it.each<[string, (response: ServerResponse) => void, RegExp, number]>([
    ['redirects', (response) => response.writeHead(301, { location: '/' }).end(), /answered 301, and no redirect/u, 10],
    ['never answers', () => undefined, /no answer in time/u, 0.3],
    ['hangs up', (response) => response.destroy(), /ended without an answer/u, 10],
  ])('asks nothing else of one that %s', async (_what, answer, seen, timeoutSeconds) => {
    const receiver = await Receiver.start((_own, _request, response) => {
      answer(response);
    });
    const { code, lines } = await examine(receiver, { timeoutSeconds });
    expect(code).toBe(1);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(seen);
  });

  it('does not judge what it cannot see', async () => {
    const { code, lines } = await examine(await byLibrary(), { effects: undefined });
    expect(code).toBe(0);
    expect(lines.filter((line) => line.startsWith('?'))).toHaveLength(3);
    expect(lines.join('\n')).not.toContain(SECRET);
  });
});
