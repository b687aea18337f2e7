import { readdirSync, readFileSync } from 'node:fs';
import { isFinal } from '../client/order-outcome.js';
import { hppOrderWire } from './hpp-order.wire.js';
import { operationWire } from './operation.wire.js';
import { readExpiry, sessionWire } from './session.wire.js';

const FOLDER = 'test/fixtures/alliance';
const fixture = (name: string): unknown => JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8'));
const files = (pattern: RegExp): string[] => readdirSync(FOLDER).filter((name) => pattern.test(name));

describe('printed examples', () => {
  it.each(files(/^hpp-(create-order|operations)\..*response/))('%s is an order', (name) => {
    const order = hppOrderWire.parse(fixture(name));
    expect(order.hppOrderId).toMatch(/^\d{13}[\w-]{11}$/);
    expect(order.createDate).toBeInstanceOf(Date);
    expect(order.expiredOrderDate).toBeInstanceOf(Date);
    for (const operation of order.operations) expect(operation.creationDateTime).toBeInstanceOf(Date);
    expect(JSON.stringify(order)).not.toMatch(/null|""/);
  });

  it.each(files(/^h2h-(operations|refund)\..*response|^hpp-refund.*response|^h2h-callback/))(
    '%s is an operation',
    (name) => {
      const operation = operationWire.parse(fixture(name));
      expect(operation.status).toMatch(/^(SUCCESS|PENDING)$/);
      expect(operation.coinAmount).toEqual(expect.any(Number));
      expect(Object.values(operation)).not.toContain(undefined);
      expect(Object.values(operation).filter((value) => typeof value === 'string' && value.trim() === '')).toEqual([]);
    },
  );

  it('a completion names the hold that it acts on', () => {
    const { operationId, originalOperationId } = operationWire.parse(fixture('h2h-completion.response.json'));
    expect(originalOperationId).toBe('17594943825392XRyx8EeK6e');
    expect(operationId).not.toBe(originalOperationId);
  });

  it('the decrypted authorize answer is a session', () => {
    const session = sessionWire.parse(fixture('auth-authorize-virtual-device.decrypted.response.json'));
    expect(session.deviceId).toBe('1d9742cf-d392-4c2b-9982-4dc6ec2224b2');
    expect(Object.keys(session.serverPublic)).toEqual(['kty', 'crv', 'x', 'y']);
    expect(readExpiry(session)).toEqual(new Date('2023-03-18T12:34:52.998Z'));
  });

  it('the legacy session lacks its refresh token', () => {
    const parsed = sessionWire.safeParse(fixture('auth-session.decrypted.legacy.json'));
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual(['refreshToken']);
  });
});

describe('operations of an order', () => {
  const order = JSON.parse(
    readFileSync(`${FOLDER}/hpp-operations.purchase-and-failed-refund.response.json`, 'utf8'),
  ) as Record<string, unknown> & { operations: unknown[] };

  it.each<[string, unknown]>([
    ['a text', 'FAIL'],
    ['a list', [1]],
    ['without a status', { type: 'PURCHASE', coinAmount: 100 }],
    ['with a status that is no text', { type: 'PURCHASE', status: { text: 'FAIL' } }],
    ['with an amount that is none', { type: 'PURCHASE', status: 'FAIL', coinAmount: 'much' }],
  ])('keep an element that is %s as one that is not final', (_what, element) => {
    const { operations } = hppOrderWire.parse({ ...order, operations: [...order.operations, element] });
    expect(operations).toHaveLength(order.operations.length + 1);
    expect(operations.at(-1)).toEqual({ type: 'UNREADABLE', status: 'UNREADABLE', coinAmount: null });
    expect(isFinal(operations.at(-1)!)).toBe(false);
  });
});

describe('operation', () => {
  const anOperation = (over: object = {}) => ({ type: 'PURCHASE', status: 'SUCCESS', coinAmount: 100, ...over });

  it.each<[string, object, object]>([
    ['a numeric string', { coinAmount: '2500' }, { coinAmount: 2500 }],
    ['no amount', { coinAmount: undefined }, { coinAmount: null }],
    ['a null amount', { coinAmount: null }, { coinAmount: null }],
    [
      'nested codes',
      { transactionResponseInfo: { actionCode: '0', responseCode: '00' } },
      { actionCode: '0', responseCode: '00' },
    ],
    [
      'numeric codes',
      { transactionResponseInfo: { actionCode: 0, responseCode: 0 } },
      { actionCode: '0', responseCode: '0' },
    ],
    ['flat codes', { actionCode: '1', responseCode: '16' }, { actionCode: '1', responseCode: '16' }],
    [
      'createDateTime',
      { createDateTime: '2024.09.19 15:29:25.675' },
      { creationDateTime: new Date('2024-09-19T12:29:25.675Z') },
    ],
    ['leading zeros', { approvalCode: '060628', rrn: '010916205000' }, { approvalCode: '060628', rrn: '010916205000' }],
  ])('reads %s', (_name, members, expected) => {
    expect(operationWire.parse(anOperation(members))).toMatchObject(expected);
  });

  it.each([
    { coinAmount: 1.5 },
    { coinAmount: '1.5' },
    { coinAmount: '1e2' },
    { coinAmount: ' 1' },
    { coinAmount: true },
    { coinAmount: 2 ** 53 },
    { status: ' ' },
    { status: null },
    { type: undefined },
    { sourceAmount: '0x10' },
  ])('refuses %p', (members) => {
    expect(operationWire.safeParse(anOperation(members)).success).toBe(false);
  });

  it.each<[string, object]>([
    ['a card mask', { cardNumberMask: { first6: 1 } }],
    ['a mask that is a list', { cardNumberMask: ['****'] }],
    ['error details', { errorDetails: { code: 5 } }],
    ['a date', { processingDateTime: { at: 5 }, creationDateTime: 1_700_000_000_000, createDateTime: [] }],
    ['codes that are text', { transactionResponseInfo: 'none' }],
    ['codes that are a list of two', { transactionResponseInfo: [{ actionCode: 0 }, { actionCode: 5 }] }],
    ['a code of a wrong type', { transactionResponseInfo: { actionCode: {}, responseCode: [] } }],
    ['unknown members', { feeAmount: 1.5, amount: { value: '1,5' }, isFinal: null, tags: [[[]]] }],
  ])('is not lost for %s', (_what, members) => {
    expect(operationWire.parse(anOperation(members))).toEqual(anOperation());
  });

  it('reads codes in a list of one', () => {
    const codes = { actionCode: '0', responseCode: '00' };
    expect(operationWire.parse(anOperation({ transactionResponseInfo: [codes] }))).toMatchObject(codes);
  });

  it('keeps a status with a Cyrillic letter as it is', () => {
    expect(operationWire.parse(anOperation({ status: 'SUC\u0421ESS' })).status).not.toBe('SUCCESS');
  });

  it('drops an impossible date, not the operation', () => {
    expect(operationWire.parse(anOperation({ processingDateTime: '32.13.2050' }))).toEqual(anOperation());
  });
});
