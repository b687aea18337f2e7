import { type FastifyReply, type FastifyRequest } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ledger } from '../bank/ledger.js';
import { FAULT_KINDS, type FaultKind } from '../faults/faults.js';
import { type Interruption, type WireAnswer } from '../personalities/personality.js';
import { BankError } from '../protocol/bank-error.js';

/** Ids of a request for the ledger: nothing secret. */
export type Trace = Readonly<Partial<Record<'merchantRequestId' | 'hppOrderId' | 'operationId' | 'msgCode', string>>>;

export interface Answer {
  readonly httpStatus: number;
  readonly text: string;
  readonly trace: Trace;
  /** Absent = JSON. */
  readonly contentType?: string;
}

export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly path: string;
  readonly fault?: Interruption;
  /** The last look at the bytes and headers before they leave. */
  readonly dress?: (answer: WireAnswer) => WireAnswer;
}

export interface Work {
  /** Reads the ids of the request without acting on it. */
  readonly peek: () => Promise<Trace>;
  readonly act: () => Promise<Answer>;
}

const HTML = '<!doctype html><html><head><title>Access check</title></head><body><h1>Please wait</h1></body></html>';

const JSON_TYPE = 'application/json; charset=utf-8';

type Fate = Answer | 'silence' | 'reset';

const truncate = (text: string): string => text.slice(0, Math.floor(text.length / 2));

const truncateJwe = (text: string): string => {
  if (!text.startsWith('{')) return truncate(text); // a JWS
  const { jwe } = JSON.parse(text) as { jwe?: string };
  return jwe === undefined ? truncate(text) : JSON.stringify({ jwe: truncate(jwe) });
};

const html = (httpStatus: number, text = HTML): Answer => ({ httpStatus, text, trace: {} });

const envelope = ({ msgCode = 'b_unknown_error', httpStatus }: Interruption): Answer => {
  const error = new BankError(msgCode, httpStatus === undefined ? {} : { httpStatus });
  return { httpStatus: error.httpStatus, text: JSON.stringify(error.toEnvelope()), trace: { msgCode } };
};

/** What the caller sees instead of, or after, the bank's own answer. */
const FATES: Readonly<Record<FaultKind, (fault: Interruption, answer: Answer) => Fate>> = {
  timeout_before: () => 'silence',
  timeout_after: () => 'silence',
  reset_before: () => 'reset',
  reset_after: () => 'reset',
  http_error: ({ httpStatus = 503, text }) => html(httpStatus, text),
  html_200: () => html(200),
  truncated_jwe: (_fault, answer) => ({ ...answer, text: truncateJwe(answer.text) }),
  truncated_json: (_fault, answer) => ({ ...answer, text: truncate(answer.text) }),
  error: (fault) => envelope(fault),
  slow: (_fault, answer) => answer,
  slow_answer: (_fault, answer) => answer,
};

const SLOW_MS = 1_000; // unless told

const NOTHING: Answer = { httpStatus: 200, text: '{}', trace: {} };

/** Carries one request to the bank and its answer back, through the fault that hit it, and writes both down. */
export class BrokenWire {
  /** @param latencyMs how long the next answer takes, beside what a fault says */
  constructor(
    private readonly ledger: Ledger,
    private readonly latencyMs: () => number,
  ) {}

  async carry(exchange: Exchange, work: Work): Promise<unknown> {
    const { fault } = exchange;
    const answered = async (): Promise<Answer> => {
      const answer = await work.act();
      const waitMs = this.latencyMs();
      if (waitMs > 0) await sleep(waitMs);
      return answer;
    };
    if (!fault) return this.reply(exchange, await answered());
    if (fault.kind === 'slow') await sleep(fault.delayMs ?? SLOW_MS);
    const answer = FAULT_KINDS[fault.kind] === 'after' ? await answered() : await this.ignore(work);
    if (fault.kind === 'slow_answer') await sleep(fault.delayMs ?? SLOW_MS);
    const fate = FATES[fault.kind](fault, answer);
    if (typeof fate === 'string') {
      this.cut(exchange, fate, answer.trace);
      return undefined;
    }
    return this.reply(exchange, { ...fate, trace: { ...answer.trace, ...fate.trace } });
  }

  private async ignore({ peek }: Work): Promise<Answer> {
    try {
      return { ...NOTHING, trace: await peek() };
    } catch {
      return NOTHING;
    }
  }

  private reply(exchange: Exchange, { httpStatus, text, trace, contentType = JSON_TYPE }: Answer): FastifyReply {
    this.write(exchange, httpStatus, trace);
    const type = text === HTML ? 'text/html; charset=utf-8' : contentType;
    const plain: WireAnswer = { body: text, headers: { 'content-type': type } };
    const { body, headers } = exchange.dress?.(plain) ?? plain;
    return exchange.reply.code(httpStatus).headers(headers).send(body);
  }

  /** The socket stays open in silence until the caller gives up, or is torn down at once. */
  private cut(exchange: Exchange, fate: 'silence' | 'reset', trace: Trace): void {
    this.write(exchange, null, trace);
    exchange.reply.hijack();
    if (fate === 'reset') exchange.request.raw.socket.resetAndDestroy();
  }

  private write({ request, path, fault }: Exchange, httpStatus: number | null, trace: Trace): void {
    const facts = { method: request.method, path, httpStatus, ...trace };
    this.ledger.append('request', fault ? { ...facts, fault: fault.kind } : facts);
  }
}
