import { AllianceError, type BankRefusal } from '../error/alliance-error.js';
import { parseObject, readRefusal, UnreadableAnswer } from '../wire/bank-answer.js';
import { type BankKeyResolver, looksLikeJws, openJws } from './jws-codec.js';

/**
 * Reads an answer of Authorization 2.0. Only a token with the bank's signature can say that something succeeded; a
 * refusal may come unsigned, since the documents do not say how errors travel, and it proves no more than it does in 1.0.
 * @throws UnreadableAnswer where the HTTP status is an error's, with the status as its reason
 */
export async function readSignedAnswer(
  httpStatus: number,
  body: Uint8Array,
  resolve: BankKeyResolver,
): Promise<{ readonly json: object } | { readonly refusal: BankRefusal }> {
  const isGood = httpStatus >= 200 && httpStatus <= 299;
  try {
    const token = Buffer.from(body).toString('latin1').trim();
    const isSigned = looksLikeJws(token);
    const json = parseObject(isSigned ? await openSigned(token, resolve) : body);
    const refusal = readRefusal(json, httpStatus);
    if (refusal) return { refusal };
    if (isGood && isSigned) return { json };
  } catch (error) {
    if (isGood || !(error instanceof UnreadableAnswer)) throw error;
  }
  throw new UnreadableAnswer(isGood ? 'unsigned' : `http_${httpStatus}`);
}

async function openSigned(token: string, resolve: BankKeyResolver): Promise<Uint8Array> {
  try {
    return await openJws(token, resolve);
  } catch (error) {
    const code = error instanceof AllianceError ? error.code : undefined;
    throw new UnreadableAnswer(code === 'ALLIANCE_JWS_REFUSED' ? 'bad_signature' : 'bank_key_unknown');
  }
}
