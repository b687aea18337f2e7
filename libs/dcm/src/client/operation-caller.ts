import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { type z } from 'zod';
import { readAnswer, toRefusal } from './answer.js';
import { BankPass, type Credential, EmployeePass, NO_PASS, type Pass, RequestPass } from './credential.js';
import { DcmError } from '../error/dcm-error.js';
import { DcmTokens } from '../token/dcm-tokens.js';
import { type DcmAnswer, DcmTransport, unknownOutcome } from './dcm-transport.js';
import { DcmVerifier } from '../token/dcm-verifier.js';
import { DCM_OPTIONS, type DcmOptions } from '../module/dcm.module-definition.js';
import { EmployeeSession } from './employee-session.js';
import { type AnswerOf, type Operation, type OperationId, OPERATIONS, type SchemeOperationId } from './operations.js';

/** What fills the address of an operation. */
export interface CallOptions {
  /** Names in the operation's path, other than `counterparty_guid`. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
}
export type CallArguments<Id extends OperationId> = Id extends SchemeOperationId
  ? [CallOptions & Credential]
  : [CallOptions?];

/** Milliseconds before the second and the third attempt of a call that does no harm when repeated. */
const BACK_OFF_MS = [200, 800] as const;

/** One call of DCM, from credential to typed answer. */
@Injectable()
export class OperationCaller {
  readonly #guid: string;
  readonly #transport: DcmTransport;
  readonly #tokens: DcmTokens;
  readonly #session: EmployeeSession;
  readonly #verifier: DcmVerifier;

  constructor(
    @Inject(DCM_OPTIONS) options: DcmOptions,
    transport: DcmTransport,
    tokens: DcmTokens,
    session: EmployeeSession,
    verifier: DcmVerifier,
  ) {
    this.#guid = options.counterpartyGuid;
    this.#transport = transport;
    this.#tokens = tokens;
    this.#session = session;
    this.#verifier = verifier;
  }

  /**
   * A 401 leads to one fresh token or log-in and one repeat. Only idempotent operations are tried again after 429, 5xx
   * or a lost answer. @throws DcmError
   */
  async call<Id extends OperationId>(
    id: Id,
    body: object | undefined,
    ...[options]: CallArguments<Id>
  ): Promise<AnswerOf<Id>> {
    const operation: Operation = OPERATIONS[id];
    const url = this.buildUrl(operation.path, options);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const send = (): Promise<DcmAnswer> => this.#sendWithPass(operation, url, text, this.#passFor(operation, options));
    const answer = operation.idempotent ? await persist(send) : await send();
    if (answer.status < 200 || answer.status > 299) throw toRefusal(answer, operation.method);
    return (await this.#read(operation, answer)) as AnswerOf<Id>;
  }

  async #sendWithPass({ method }: Operation, url: URL, body: string | undefined, pass: Pass): Promise<DcmAnswer> {
    const attempt = async (): Promise<DcmAnswer> => {
      const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
      const headers = { Accept: 'application/json', ...type, ...(await pass.show()) };
      return this.#transport.send({ method, url, headers, body });
    };
    const first = await attempt();
    return first.status === 401 && pass.repeatable ? attempt() : first;
  }

  #passFor({ credential }: Operation, options: CallOptions | (CallOptions & Credential) | undefined): Pass {
    if (credential === 'none') return NO_PASS;
    if (credential === 'request') return new RequestPass(this.#tokens);
    if (!options || !('scheme' in options)) throw new TypeError('The operation needs a scheme');
    return options.scheme === 'bank' ? new BankPass(this.#tokens, options) : new EmployeePass(this.#session);
  }

  buildUrl(template: string, { path, query }: CallOptions = {}): URL {
    const names: Readonly<Record<string, string>> = { ...path, counterparty_guid: this.#guid };
    const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeSegment(name, names[name]));
    const url = this.#transport.resolve(filled);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    return url;
  }

  async #read({ answer: form, wire, method }: Operation, answer: DcmAnswer): Promise<unknown> {
    if (form === 'json') return readAnswer(answer, wire, method);
    let claims;
    try {
      claims = await this.#verifier.payload(Buffer.from(answer.body).toString('latin1'));
    } catch (error) {
      throw unknownOutcome(error instanceof DcmError ? error.code.toLowerCase() : 'unverified', method === 'GET');
    }
    return parseClaims(claims, wire);
  }
}

function parseClaims(claims: object, wire: z.ZodType): unknown {
  const parsed = wire.safeParse(claims);
  if (!parsed.success) throw unknownOutcome('schema_mismatch');
  return parsed.data;
}

/** A dot segment would be resolved away and so change the path. */
function encodeSegment(name: string, value: string | undefined): string {
  if (value === undefined || /^\.{0,2}$/.test(value)) throw new TypeError(`The operation needs "${name}" in its path`);
  return encodeURIComponent(value);
}

async function persist(send: () => Promise<DcmAnswer>): Promise<DcmAnswer> {
  for (const pauseMs of BACK_OFF_MS) {
    const answer = await send().catch(keepTransportError);
    if (!(answer instanceof DcmError) && answer.status < 500 && answer.status !== 429) return answer;
    await sleep(pauseMs);
  }
  return send();
}

function keepTransportError(error: unknown): DcmError {
  if (error instanceof DcmError && (error.code === 'DCM_UNKNOWN_OUTCOME' || error.code === 'DCM_UNAVAILABLE'))
    return error;
  throw error;
}
