import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type AllianceCall } from '../alliance/call.js';
import { CALLS } from '../alliance/calls.js';
import { type CallName } from '../alliance/call-names.js';
import { type Bank } from '../bank/bank.js';
import { type Caller } from '../bank/merchants.js';
import { type Session } from '../bank/sessions.js';
import { type Call } from '../personalities/personality.js';
import { BankError, validationError } from '../protocol/bank-error.js';
import {
  type BodyEncoding,
  decodeBody,
  detectEncoding,
  encodeAnswer,
  type JsonObject,
  parseObject,
  unquoted,
} from '../protocol/body-codec.js';
import { parseCompact, parseSigningKey, signCompact, verifyRequest } from '../protocol/bank-jws.js';
import { formatTokenExpiration, formatTokenExpirationDateTime } from '../protocol/bank-dates.js';
import { publicHalf, type PublicJwk } from '../protocol/jwe.js';
import { validate } from '../protocol/validator.js';
import { drawLatency } from './latency.js';
import { type Answer, BrokenWire, type Exchange, type Trace } from './broken-wire.js';

export const AUTHORIZE_PATH = '/api-gateway/authorize_virtual_device';

const JSON_TYPE = 'application/json; charset=utf-8';
const JWS_TYPE = 'text/plain; charset=utf-8';

type NamedCall = Call & { readonly name: CallName };

/** A request that got through the door, and how its answer is written. */
interface Opened {
  readonly caller: Caller;
  readonly body: JsonObject;
  readonly contentType: string;
  readonly encode: (text: string) => string | Promise<string>;
}

const bodyOf = (request: FastifyRequest): string => (typeof request.body === 'string' ? request.body : '');

const requestIdOf = ({ headers }: FastifyRequest): string | undefined => {
  const id = headers['x-request_id'];
  return typeof id === 'string' && id !== '' ? id.slice(0, 64) : undefined;
};

const idMember = (body: JsonObject, name: string): Trace =>
  typeof body[name] === 'string' ? { [name]: body[name].slice(0, 64) } : {};

const traceOf = (body: JsonObject): Trace => ({
  ...idMember(body, 'merchantRequestId'),
  ...idMember(body, 'hppOrderId'),
  ...idMember(body, 'operationId'),
});

/** `V1`, `v1` and `1` are all printed in the documentation. */
const requireVersion = ({ headers }: FastifyRequest): void => {
  const version = headers['x-api_version'];
  if (typeof version !== 'string' || !/^v?1$/i.test(version.trim())) throw new BankError('b_request_is_not_correct');
};

const serviceCodeIn = (request: FastifyRequest): string | undefined => {
  try {
    const { serviceCode } = parseObject(bodyOf(request));
    return typeof serviceCode === 'string' ? serviceCode : undefined;
  } catch {
    return undefined;
  }
};

/** The bank's API door: faults, who calls, decoding, the call, and the answer in kind. */
export class BankGate {
  private readonly wire: BrokenWire;

  constructor(private readonly bank: Bank) {
    const { ledger, switches } = bank;
    this.wire = new BrokenWire(ledger, () =>
      drawLatency({ medianMs: switches.get('latencyMedianMs'), p95Ms: switches.get('latencyP95Ms') }),
    );
  }

  authorize(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const call: Call = { name: 'authorize', path: AUTHORIZE_PATH, serviceCode: serviceCodeIn(request) };
    return this.wire.carry(this.exchange(request, call, reply), {
      peek: () => Promise.resolve({}),
      act: () => this.openSession(request, call),
    });
  }

  /** Authorization 1.0: a device session, JSON or JWE. */
  callOfSession(name: CallName, path: string, [request, reply]: [FastifyRequest, FastifyReply]): Promise<unknown> {
    const serviceCode = this.bank.sessions.serviceCodeOf(request.headers['x-device_id']);
    const open = () => this.openWithSession(name, request, { name, path, serviceCode });
    return this.carry({ name, path, serviceCode }, open, [request, reply]);
  }

  /** Authorization 2.0: every request stands alone, signed. */
  callOfSignature(name: CallName, path: string, [request, reply]: [FastifyRequest, FastifyReply]): Promise<unknown> {
    const serviceCode = this.merchantsOfToken(bodyOf(request))[0]?.serviceCode;
    const open = () => Promise.resolve(this.openSigned(name, request, path));
    return this.carry({ name, path, serviceCode }, open, [request, reply]);
  }

  private carry(
    call: NamedCall,
    open: () => Promise<Opened>,
    [request, reply]: [FastifyRequest, FastifyReply],
  ): Promise<unknown> {
    return this.wire.carry(this.exchange(request, call, reply), {
      peek: async () => traceOf((await open()).body),
      act: () => this.execute(call, open, request),
    });
  }

  private exchange(request: FastifyRequest, call: Call, reply: FastifyReply): Exchange {
    const { faults, personalities, switches } = this.bank;
    const unlisted = switches.get('allowUnlistedClients')
      ? undefined
      : ({ kind: 'http_error', httpStatus: 403 } as const);
    const fault = faults.take(call.path) ?? unlisted ?? personalities.interruption(call);
    const dress: Exchange['dress'] = (answer) => personalities.wire(answer, call);
    return { request, reply, path: call.path, dress, ...(fault && { fault }) };
  }

  private async openSession(request: FastifyRequest, call: Call): Promise<Answer> {
    let merchantId: string | undefined;
    try {
      requireVersion(request);
      const { serviceCode } = call;
      if (serviceCode === undefined) parseObject(bodyOf(request)); // says what is wrong with the body
      const merchant = serviceCode === undefined ? undefined : this.bank.merchants.ofServiceCode(serviceCode);
      if (!merchant) throw new BankError('b_virtual_device_not_found');
      merchantId = merchant.merchantId;
      const { personalities, sessions } = this.bank;
      const lifeMs = personalities.sessionLifeMs(merchant.serviceCode);
      const session = await sessions.authorize(merchant.serviceCode, lifeMs);
      const shown = personalities.answer(sessionAnswer(session), call);
      const text = await this.encodeFor(merchant.clientPublicKey, 'jwe', call)(this.jsonOf(shown, call));
      this.bank.ledger.append('authorize', { merchantId, ok: true });
      return { httpStatus: 200, text, trace: {} };
    } catch (error) {
      const answer = this.refusal(error, request, 'api-gateway');
      this.bank.ledger.append('authorize', { merchantId, ok: false, ...answer.trace });
      return answer;
    }
  }

  /** Who cannot be let in is answered in plain JSON, whatever the encoding of the request (U3, section c.4). */
  private async execute(call: NamedCall, open: () => Promise<Opened>, request: FastifyRequest): Promise<Answer> {
    let opened: Opened;
    try {
      opened = await open();
    } catch (error) {
      return this.refusal(error, request, 'api-gateway');
    }
    return this.answer(call, opened, request);
  }

  private async openWithSession(name: CallName, request: FastifyRequest, call: Call): Promise<Opened> {
    requireVersion(request);
    const { headers } = request;
    const { merchants, options } = this.bank;
    const session = this.authenticate(headers);
    const raw = options.strict ? bodyOf(request) : unquoted(bodyOf(request));
    const encoding = detectEncoding(raw);
    if (options.strict && encoding !== CALLS[name].v1?.encoding) throw new BankError('b_request_is_not_correct');
    const body = await decodeBody(raw, session.key);
    const own = merchants.list().filter(({ serviceCode }) => serviceCode === session.serviceCode);
    const caller: Caller = { protocol: '1.0', merchants: own };
    return {
      caller,
      body,
      contentType: JSON_TYPE,
      encode: this.encodeFor(recipientOf(caller, body), encoding, call),
    };
  }

  /** @throws BankError with the code that the switches say */
  private authenticate(headers: FastifyRequest['headers']): Session {
    try {
      return this.bank.sessions.authenticate(headers['x-device_id'], headers['x-refresh_token']);
    } catch (error) {
      const name = error instanceof BankError ? SESSION_SWITCHES[error.msgCode] : undefined;
      throw name ? new BankError(this.bank.switches.get(name)) : error;
    }
  }

  private openSigned(name: CallName, request: FastifyRequest, path: string): Opened {
    const { clock, keys } = this.bank;
    const token = bodyOf(request);
    const jws = parseCompact(token);
    const { kid } = jws.header;
    const merchants = this.merchantsOfToken(token);
    const row = merchants[0]?.signingKeys?.find((key) => key.kid === kid);
    if (!row) throw new BankError('b_invalid_request', { httpStatus: 401, text: 'JWS refused: kid is not known' });
    verifyRequest(jws, { key: parseSigningKey(row.publicKey), path, clocks: clock.readings() });
    return {
      caller: { protocol: '2.0', merchants },
      body: jws.payload,
      contentType: JWS_TYPE,
      encode: (text) => signCompact(text, keys.signer(CALLS[name].ring ?? 'payments')),
    };
  }

  private merchantsOfToken(token: string): Caller['merchants'] {
    try {
      const { kid } = parseCompact(token).header;
      return typeof kid === 'string' ? this.bank.merchants.ofKid(kid) : [];
    } catch {
      return [];
    }
  }

  /** Business answers and business errors travel in the encoding of the request. */
  private async answer(call: NamedCall, opened: Opened, request: FastifyRequest): Promise<Answer> {
    const { personalities, switches } = this.bank;
    const { body, contentType, encode } = opened;
    let result: JsonObject;
    let shown: JsonObject;
    try {
      result = await this.perform(CALLS[call.name], opened);
      shown = personalities.answer(result, call);
    } catch (error) {
      const refused = this.refusal(error, request, 'ecom');
      const trace = { ...traceOf(body), ...refused.trace };
      if (!switches.get(opened.caller.protocol === '2.0' ? 'signBusinessErrors' : 'encryptBusinessErrors'))
        return { ...refused, trace };
      return { ...refused, text: await encode(refused.text), contentType, trace };
    }
    const text = await encode(this.jsonOf(shown, call));
    return { httpStatus: 200, text, contentType, trace: { ...traceOf(body), ...traceOf(result) } };
  }

  private perform(row: AllianceCall, { caller, body }: Opened): JsonObject | Promise<JsonObject> {
    const judging = { strict: this.bank.options.strict, protocol: caller.protocol };
    const { value, errors } = validate(body, row.fields, judging);
    const all = [...errors, ...(row.errors?.(value) ?? [])];
    if (all.length > 0) throw validationError(all);
    return row.handle({ bank: this.bank, caller, body: value });
  }

  private jsonOf(answer: JsonObject, call: Call): string {
    return this.bank.personalities.text(JSON.stringify(answer), call);
  }

  private encodeFor(recipient: PublicJwk, encoding: BodyEncoding, call: Call) {
    return (text: string): Promise<string> => {
      const header = encoding === 'jwe' ? this.bank.personalities.joseHeader(call) : {};
      return encodeAnswer(text, encoding, { recipient, header });
    };
  }

  private refusal(error: unknown, request: FastifyRequest, serviceId: string): Answer {
    const bankError = error instanceof BankError ? error : new BankError('b_unknown_error');
    const { msgCode, httpStatus, isValidation } = bankError;
    const text = JSON.stringify(bankError.toEnvelope(requestIdOf(request), serviceId));
    return {
      httpStatus: isValidation ? this.bank.switches.get('validationStatus') : httpStatus,
      text,
      trace: { msgCode },
    };
  }
}

/** Which switch decides about a code of the sessions (U1). */
const SESSION_SWITCHES: Readonly<
  Record<string, 'supersededSessionCode' | 'expiredSessionCode' | 'unknownDeviceCode' | 'absentTokenCode'>
> = {
  b_session_doesnt_exists: 'supersededSessionCode',
  b_expired_token: 'expiredSessionCode',
  b_unknown_device: 'unknownDeviceCode',
  b_refresh_token_absent: 'absentTokenCode',
};

const recipientOf = ({ merchants }: Caller, { merchantId }: JsonObject): PublicJwk => {
  const merchant = merchants.find((one) => one.merchantId === merchantId) ?? merchants[0];
  if (!merchant) throw new BankError('b_virtual_device_not_found');
  return merchant.clientPublicKey;
};

const sessionAnswer = ({ refreshToken, authToken, deviceId, key, expiresAt }: Session): JsonObject => ({
  refreshToken,
  authToken,
  deviceId,
  serverPublic: publicHalf(key),
  tokenExpirationDateTime: formatTokenExpirationDateTime(expiresAt),
  tokenExpiration: formatTokenExpiration(expiresAt),
});
