import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Bank } from '../bank/bank.js';
import { type Session } from '../bank/sessions.js';
import { type Call } from '../personalities/personality.js';
import { BankError } from '../protocol/bank-error.js';
import {
  type BodyEncoding,
  decodeBody,
  detectEncoding,
  encodeAnswer,
  type JsonObject,
  parseObject,
} from '../protocol/body-codec.js';
import { formatTokenExpiration, formatTokenExpirationDateTime } from '../protocol/bank-dates.js';
import { AUTHORIZE_PATH, ENDPOINTS, type EndpointName, isApiVersion } from '../protocol/endpoints.js';
import { publicHalf, type PublicJwk } from '../protocol/jwe.js';
import { type Answer, BrokenWire, type Exchange, type Trace } from './broken-wire.js';

type Work = (bank: Bank, body: JsonObject, serviceCode: string) => JsonObject;

const CALLS: Readonly<Record<EndpointName, Work>> = {
  createOrder: (bank, body, serviceCode) => bank.orders.create(body, serviceCode),
  orderData: (bank, body, serviceCode) => bank.orders.data(body, serviceCode),
  refund: (bank, body, serviceCode) => bank.refunds.create(body, serviceCode),
  completion: (bank, body, serviceCode) => bank.holds.complete(body, serviceCode),
  operation: (bank, body, serviceCode) => bank.orders.operation(body, serviceCode),
  operationByRequest: (bank, body, serviceCode) => bank.orders.operationByRequest(body, serviceCode),
};

type EndpointCall = Call & { readonly name: EndpointName };

interface Opened {
  readonly session: Session;
  readonly encoding: BodyEncoding;
  readonly body: JsonObject;
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

const requireVersion = ({ headers }: FastifyRequest): void => {
  if (!isApiVersion(headers['x-api_version'])) throw new BankError('b_request_is_not_correct');
};

const refusal = (error: unknown, request: FastifyRequest, serviceId: string): Answer => {
  const bankError = error instanceof BankError ? error : new BankError('b_unknown_error');
  const { msgCode, httpStatus } = bankError;
  const text = JSON.stringify(bankError.toEnvelope(requestIdOf(request), serviceId));
  return { httpStatus, text, trace: { msgCode } };
};

const serviceCodeIn = (request: FastifyRequest): string | undefined => {
  try {
    const { serviceCode } = parseObject(bodyOf(request));
    return typeof serviceCode === 'string' ? serviceCode : undefined;
  } catch {
    return undefined;
  }
};

/** The bank's API door: faults, version, session, decoding, the call, and the answer in kind. */
export class BankGate {
  private readonly wire: BrokenWire;

  constructor(private readonly bank: Bank) {
    this.wire = new BrokenWire(bank.ledger);
  }

  authorize(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const serviceCode = serviceCodeIn(request);
    const call: Call = { name: 'authorize', path: AUTHORIZE_PATH, serviceCode };
    return this.wire.carry(this.exchange(request, call, reply), {
      peek: () => Promise.resolve({}),
      act: () => this.openSession(request, call),
    });
  }

  call(name: EndpointName, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const serviceCode = this.bank.sessions.serviceCodeOf(request.headers['x-device_id']);
    const call: EndpointCall = { name, path: ENDPOINTS[name].path, serviceCode };
    return this.wire.carry(this.exchange(request, call, reply), {
      peek: async () => traceOf((await this.open(name, request)).body),
      act: () => this.execute(name, request, call),
    });
  }

  private exchange(request: FastifyRequest, call: Call, reply: FastifyReply): Exchange {
    const { faults, personalities } = this.bank;
    const fault = faults.take(call.path) ?? personalities.interruption(call);
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
      const text = await this.encode(shown, 'jwe', { call, recipient: merchant.clientPublicKey });
      this.bank.ledger.append('authorize', { merchantId, ok: true });
      return { httpStatus: 200, text, trace: {} };
    } catch (error) {
      const answer = refusal(error, request, 'api-gateway');
      this.bank.ledger.append('authorize', { merchantId, ok: false, ...answer.trace });
      return answer;
    }
  }

  /** Gateway errors are plain JSON, whatever the encoding of the request (U3). */
  private async execute(name: EndpointName, request: FastifyRequest, call: EndpointCall): Promise<Answer> {
    let opened: Opened;
    try {
      opened = await this.open(name, request);
    } catch (error) {
      return refusal(error, request, 'api-gateway');
    }
    return this.answer(call, opened, request);
  }

  private async open(name: EndpointName, request: FastifyRequest): Promise<Opened> {
    requireVersion(request);
    const { headers } = request;
    const session = this.bank.sessions.authenticate(headers['x-device_id'], headers['x-refresh_token']);
    const raw = bodyOf(request);
    const encoding = detectEncoding(raw);
    if (this.bank.options.strict && encoding !== ENDPOINTS[name].encoding)
      throw new BankError('b_request_is_not_correct');
    return { session, encoding, body: await decodeBody(raw, session.key) };
  }

  /** Business answers and business errors travel in the encoding of the request. */
  private async answer(
    call: EndpointCall,
    { session, encoding, body }: Opened,
    request: FastifyRequest,
  ): Promise<Answer> {
    const recipient = this.recipientOf(session, body);
    let result: JsonObject;
    let shown: JsonObject;
    try {
      result = CALLS[call.name](this.bank, body, session.serviceCode);
      shown = this.bank.personalities.answer(result, call);
    } catch (error) {
      const refused = refusal(error, request, 'ecom');
      const text = await encodeAnswer(refused.text, encoding, { recipient });
      return { ...refused, text, trace: { ...traceOf(body), ...refused.trace } };
    }
    const text = await this.encode(shown, encoding, { call, recipient });
    return { httpStatus: 200, text, trace: { ...traceOf(body), ...traceOf(result) } };
  }

  private encode(
    answer: JsonObject,
    encoding: BodyEncoding,
    { call, recipient }: { readonly call: Call; readonly recipient: PublicJwk },
  ): Promise<string> {
    const { personalities } = this.bank;
    const json = personalities.text(JSON.stringify(answer), call);
    const header = encoding === 'jwe' ? personalities.joseHeader(call) : {};
    return encodeAnswer(json, encoding, { recipient, header });
  }

  private recipientOf({ serviceCode }: Session, { merchantId }: JsonObject): PublicJwk {
    const { merchants } = this.bank;
    const named = typeof merchantId === 'string' ? merchants.find(merchantId) : undefined;
    const merchant = named?.serviceCode === serviceCode ? named : merchants.ofServiceCode(serviceCode);
    if (!merchant) throw new BankError('b_virtual_device_not_found');
    return merchant.clientPublicKey;
  }
}

const sessionAnswer = ({ refreshToken, authToken, deviceId, key, expiresAt }: Session): JsonObject => ({
  refreshToken,
  authToken,
  deviceId,
  serverPublic: publicHalf(key),
  tokenExpirationDateTime: formatTokenExpirationDateTime(expiresAt),
  tokenExpiration: formatTokenExpiration(expiresAt),
});
