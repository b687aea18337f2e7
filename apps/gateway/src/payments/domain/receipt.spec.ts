import { type BankOperationFacts } from './bank-facts.js';
import { maskedCard, receiptOf } from './receipt.js';

const facts = (over: Partial<BankOperationFacts>): BankOperationFacts =>
  ({ type: 'PURCHASE', status: 'SUCCESS', ...over }) as BankOperationFacts;

describe('a masked card', () => {
  it.each([
    ['411111******1111', '411111******1111'],
    ['411111••••••1111', '411111******1111'],
    ['41111111••••1111', '41111111******1111'],
    ['4111 11** **** 1111', '411111******1111'],
    ['4111-11XX-XXXX-1111', '411111******1111'],
  ])('%s is kept as %s', (given, kept) => {
    expect(maskedCard(given)).toBe(kept);
  });

  it.each(['4111111111111111', '4111 1111 1111 1111', '411111111*111111', '411111111111****1111', '****', '', '1111'])(
    '%j is not kept',
    (given) => {
      expect(maskedCard(given)).toBeUndefined();
    },
  );
});

describe('a receipt', () => {
  it('has what the bank tells', () => {
    const shown = {
      ...{ cardMask: '444455••••1234', scheme: 'VISA', service: 'GOOGLE_PAY', terminal: 'AE010002', fee: 25 },
      ...{ rate: '44.3500', receiptUrl: 'https://bank.example/r/1', processedAt: new Date('2026-10-24T12:00:00Z') },
    };
    const paid = { rrn: '629812000001', approvalCode: '012345', operationId: 'op-1', hryvnia: 44_350, shown };
    expect(receiptOf(facts(paid))).toEqual({
      ...{ cardMask: '444455******1234', scheme: 'VISA', instrument: 'google_pay', terminal: 'AE010002', fee: 25 },
      ...{ rrn: '629812000001', approvalCode: '012345', bankOperationId: 'op-1', hryvnia: 44_350, rate: '44.3500' },
      ...{ receiptUrl: 'https://bank.example/r/1', paidAt: '2026-10-24T12:00:00.000Z' },
    });
  });

  it('leaves out what the bank does not tell, and the number that stands for none', () => {
    expect(receiptOf(facts({ rrn: '-1' }))).toEqual({});
  });

  it('keeps no card number, whatever member it comes in, and no address that is none', () => {
    const pan = '4111 1111 1111 1111';
    const shown = {
      cardMask: pan,
      scheme: pan,
      terminal: pan,
      rate: pan,
      service: pan,
      receiptUrl: 'javascript:alert(1)',
    };
    expect(receiptOf(facts({ rrn: pan, approvalCode: '4111111111111111', shown }))).toEqual({});
  });
});
