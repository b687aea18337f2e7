import { captureAmount, captured, released, voidAmount } from './hold.js';
import { type Operation } from './operation.js';
import { type Payment } from './payment.js';
import { PAYMENT_STATUSES } from './statuses.js';

const aHold = (over: Partial<Payment> = {}): Payment => ({
  ...{ accountId: 'acc_1', id: 'pay_1', kind: 'authorization', status: 'authorized', amount: 1_001, currency: 'UAH' },
  ...{ amountAuthorized: 1_001, amountCaptured: 0, amountRefunded: 0, amountCapturing: 0, amountRefunding: 0 },
  ...{ livemode: false, failure: null, flags: {}, flagsSettled: {}, eventSequence: 1 },
  ...over,
});
const of = (amount: number) => ({ amount }) as Operation;

describe('a capture', () => {
  it.each([
    [undefined, 1_001],
    [1_001, 1_001],
    [801, 801],
    [1_201, 1_201],
  ])('of %s takes %s of 1001 held: 20 % less or more, to the kopiyka', (asked, amount) => {
    expect(captureAmount(aHold(), asked)).toBe(amount);
  });

  it.each([800, 1_202])('of %s is refused, with what may be asked for', (asked) => {
    expect(() => captureAmount(aHold(), asked)).toThrow(
      expect.objectContaining({
        code: 'CAPTURE_AMOUNT_INVALID',
        message: expect.stringContaining('801 to 1201 of 1001') as string,
      }),
    );
  });

  it.each(PAYMENT_STATUSES.filter((status) => status !== 'authorized'))('of one that is %s is refused', (status) => {
    expect(() => captureAmount(aHold({ status }), undefined)).toThrow(
      expect.objectContaining({ code: 'PAYMENT_NOT_CAPTURABLE' }),
    );
    expect(() => voidAmount(aHold({ status }))).toThrow(expect.objectContaining({ code: 'PAYMENT_NOT_CANCELABLE' }));
  });

  it('is refused while another is under way, even of a kopiyka, and where a person must look', () => {
    for (const over of [{ amountCapturing: 1 }, { flags: { contradicted: 'why' } }]) {
      expect(() => captureAmount(aHold(over), undefined)).toThrow(
        expect.objectContaining({ code: 'PAYMENT_NOT_CAPTURABLE' }),
      );
      expect(() => voidAmount(aHold(over))).toThrow(expect.objectContaining({ code: 'PAYMENT_NOT_CANCELABLE' }));
    }
    expect(voidAmount(aHold())).toBe(1_001);
  });
});

describe('what the bank has done to a hold', () => {
  it('is recorded once, and beside another it is a contradiction', () => {
    expect(captured(aHold(), of(900)).payment).toMatchObject({ status: 'succeeded', amountCaptured: 900, flags: {} });
    const { payment, events } = captured(
      aHold({ status: 'succeeded', amountCaptured: 900, flags: { second_charge: 'one' } }),
      of(800),
    );
    expect([payment.amountCaptured, payment.flags, events]).toEqual([
      900,
      { second_charge: 'one', contradicted: 'a capture of 800 came beside another' },
      [],
    ]);
  });

  it('is a release, unless it was taken: that is a contradiction', () => {
    expect(released(aHold()).payment.status).toBe('canceled');
    const { payment, events } = released(aHold({ status: 'succeeded', amountCaptured: 900 }));
    expect([payment.status, payment.flags.contradicted, events]).toEqual([
      'succeeded',
      'the bank released what it had captured',
      [],
    ]);
    const failed = aHold({ status: 'failed' });
    expect(released(failed)).toEqual({ payment: failed, events: [] });
  });
});
