import { CUSTOMER_TEXTS } from './customer-texts.js';
import { FAILURE_CODES, FAILURES, failureOf, keptFailure, reviewOf } from './failures.js';

describe('failures', () => {
  it.each(FAILURE_CODES)('%s has a code fit for an API, and says what to do', (code) => {
    expect(code).toMatch(/^[a-z_]{3,40}$/u);
    expect(FAILURES[code].message).toMatch(/^[A-Z3].+\.$/u);
    expect(FAILURES[code].advice).toMatch(/^[A-Z].+\.$/u);
  });

  it.each(FAILURE_CODES)('%s has a text for the customer in both languages, which gives nothing away', (code) => {
    const { en, uk } = CUSTOMER_TEXTS[code];
    expect(en).toMatch(/^[A-Z].+\.$/u);
    expect(uk).toMatch(/^[А-ЯІЇЄҐ].+\.$/u);
    expect(`${en} ${uk}`).not.toMatch(/stolen|lost|fraud|крад|втрач|шахра/iu);
  });

  it('a card that is reported stolen or lost is declined like any other', () => {
    for (const code of ['stolen_card', 'lost_card', 'suspected_fraud'] as const)
      expect(CUSTOMER_TEXTS[code]).toBe(CUSTOMER_TEXTS.card_declined);
  });

  it('are not worth another payment where the same would come of it', () => {
    expect(FAILURE_CODES.filter((code) => !FAILURES[code].retry)).toEqual([
      ...['suspected_fraud', 'lost_card', 'stolen_card', 'not_sendable', 'refused_by_bank', 'refund_declined'],
      'needs_review',
    ]);
  });

  it('say the usual, or what is known beyond it', () => {
    expect(failureOf('expired')).toEqual({ code: 'expired', message: FAILURES.expired.message });
    expect(failureOf('bank_error', 'E1')).toEqual({ code: 'bank_error', message: 'E1' });
    expect(reviewOf('two charges')).toEqual({ code: 'needs_review', message: 'two charges' });
  });

  it('come back as they were kept', () => {
    expect(keptFailure({ failureCode: null, failureMessage: null })).toBeNull();
    expect(keptFailure({ failureCode: 'lost_card', failureMessage: 'x' })).toEqual({ code: 'lost_card', message: 'x' });
  });
});
