import { readFileSync } from 'node:fs';
import { meaningOf, toError } from '../wire/bank-answer.js';
import { BANK_CODES, type BankCodeMeaning, meaningOfCode } from './error-codes.js';
import { SESSION_CODES } from '../session/session-recovery.js';

interface PrintedCode {
  readonly msgCode: string | null;
  readonly clientAction: 'fail' | 'retry' | 'reauthorize' | 'query-status';
}
const printed = JSON.parse(readFileSync('test/fixtures/alliance/error-codes.json', 'utf8')) as PrintedCode[];
const codes = printed.flatMap(({ msgCode, clientAction }) => (msgCode === null ? [] : [{ msgCode, clientAction }]));
const ACTIONS: Record<PrintedCode['clientAction'], BankCodeMeaning['action']> = {
  fail: 'fail',
  retry: 'retry',
  reauthorize: 'reauthorize',
  'query-status': 'query',
};
const refusal = (msgCode: string) => ({ msgCode, httpStatus: 200 });

describe('bank codes', () => {
  it.each(codes.map((row) => [row.msgCode, ACTIONS[row.clientAction]]))('%s: %s', (msgCode, action) => {
    expect(meaningOfCode(msgCode)?.action).toBe(action);
  });

  it('has no codes of its own but the second spelling', () => {
    const known = new Set(codes.map(({ msgCode }) => msgCode));
    expect(Object.keys(BANK_CODES).filter((code) => !known.has(code))).toEqual(['b_session_doesnt_exist']);
  });

  it('renews for exactly the codes that ask for it', () => {
    const asking = Object.keys(BANK_CODES).filter((code) => meaningOfCode(code)?.action === 'reauthorize');
    expect(Object.keys(SESSION_CODES).sort()).toEqual(asking.sort());
  });

  it.each(['b_brand_new', 'constructor', '__proto__', 'toString'])('%s proves nothing', (msgCode) => {
    expect(meaningOf(refusal(msgCode), true)).toEqual({ action: 'query', noEffect: false });
    expect(toError(refusal(msgCode), true)).toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', noEffect: false });
    expect(toError(refusal(msgCode), false)).toMatchObject({ code: 'ALLIANCE_REFUSED', noEffect: true });
  });
});
