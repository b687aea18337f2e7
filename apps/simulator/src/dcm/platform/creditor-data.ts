import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { type Ledger } from '../../bank/ledger.js';
import { type Counterparty } from '../counterparties.js';
import { type DcmKeys } from '../dcm-keys.js';
import { readAtMost } from '../http-body.js';
import { type JwkRecords } from '../jwk-records.js';
import { signJws } from '../jws.js';
import { Refusal } from '../refusal.js';
import { type JsonObject } from '../strict-json.js';
import { verifyToken } from '../verifier.js';
import { claimAt, isBase64 } from './message-claims.js';
import { type P2pOrder } from './platform-book.js';

export interface CreditorDataOptions {
  readonly counterparties: ReadonlyMap<string, Counterparty>;
  readonly records: JwkRecords;
  readonly keys: DcmKeys;
  readonly ledger: Ledger;
  /** What DCM prints in its tokens, epoch milliseconds. */
  readonly stamp: () => number;
  readonly remember: (again: () => Promise<number | null>) => void;
}

export interface CreditorAnswer {
  readonly httpStatus: number | null;
  /** Sealed for the initiating bank: DCM cannot read them. */
  readonly claims?: JsonObject;
  /** Why the answer is of no use. */
  readonly problem?: string;
}

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 65_536;
const MEMBERS = ['name', 'tax_number', 'encryption.nonce', 'encryption.encrypted_key'];

/** Asks the receiver's bank for his name and tax number, sealed with the key of the initiating bank (section 10.3). */
export class CreditorData {
  constructor(private readonly options: CreditorDataOptions) {}

  async ask({ id, initiatorGuid, recipientGuid, account }: P2pOrder): Promise<CreditorAnswer> {
    const url = this.options.counterparties.get(recipientGuid)?.creditorDataUrl;
    if (url === undefined) return { httpStatus: null, problem: 'the bank gave no address' };
    const signer = this.options.keys.signer();
    const [publicKey = {}] = this.options.records.keysOf(initiatorGuid);
    const query = { order_guid: id, account, public_key: signJws({ public_key: publicKey }, signer) };
    const token = signJws({ iat: Math.floor(this.options.stamp() / 1_000), jti: randomUUID() }, signer);
    const send = () => this.send(`${url}?${new URLSearchParams(query).toString()}`, token, recipientGuid);
    this.options.remember(async () => (await send()).httpStatus);
    const answer = await send();
    const facts = { callback: 'creditor-data', orderId: id, counterpartyGuid: recipientGuid };
    const { httpStatus, problem } = answer;
    this.options.ledger.append('dcm.callback', { ...facts, httpStatus, ...(problem && { problem }) });
    return answer;
  }

  private async send(url: string, token: string, bankGuid: string): Promise<CreditorAnswer> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const { statusCode, body } = await request(url, { headers: { 'cx-authorization': token }, signal });
      const text = await readAtMost(body, MAX_BYTES);
      return statusCode === 200 ? this.read(text ?? '', bankGuid) : { httpStatus: statusCode, problem: 'not answered' };
    } catch {
      return { httpStatus: null, problem: 'connection failed' };
    }
  }

  private read(text: string, bankGuid: string): CreditorAnswer {
    try {
      const keys = this.options.records.keysOf(bankGuid);
      const { claims } = verifyToken(text.trim(), { profile: 'payload', keys, now: 0 });
      const wrong = MEMBERS.find((member) => !isBase64(claimAt(claims, member)));
      return { httpStatus: 200, ...(wrong === undefined ? { claims } : { problem: `${wrong} is not base64` }) };
    } catch (error) {
      return { httpStatus: 200, problem: error instanceof Refusal ? error.check : 'unreadable' };
    }
  }
}
