import { type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FastifyInstance } from 'fastify';

/** A body of at most 64 KB that is on its way arrives sooner; one that never ends keeps nobody. Milliseconds. */
const UNFINISHED_MS = 1_000;
const LOOK_EVERY_MS = 50;

/** Knows which requests are being answered, and ends the server without cutting those off. */
export class Drain {
  /** Requests that have arrived whole. */
  private answering = 0;
  private stopping = false;
  private readonly http: Server;

  constructor(server: FastifyInstance) {
    this.http = server.server;
    const whole = new WeakSet<object>();
    server.addHook('preValidation', (request, _reply, done) => {
      whole.add(request);
      this.answering += 1;
      done();
    });
    server.addHook('onResponse', (request, _reply, done) => {
      if (whole.delete(request)) this.answering -= 1;
      done();
    });
    server.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.stopping) void reply.header('connection', 'close');
      done();
    });
  }

  /** No new connections; idle ones end. Resolves when every request is answered, or at the limit, when the rest is cut. */
  async run(limitMs: number): Promise<void> {
    this.stopping = true;
    let open = this.http.listening;
    this.http.close(() => (open = false));
    for (let waitedMs = 0; open && waitedMs < limitMs; waitedMs += LOOK_EVERY_MS) {
      if (this.answering === 0 && waitedMs >= UNFINISHED_MS) break;
      await sleep(LOOK_EVERY_MS);
    }
    this.http.closeAllConnections();
  }
}
