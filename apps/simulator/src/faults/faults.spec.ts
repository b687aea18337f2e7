import { Ledger } from '../bank/ledger.js';
import { Faults, parseFault } from './faults.js';

describe('faults', () => {
  it('hit the first request that matches, a counted number of times', () => {
    const ledger = new Ledger(() => 0);
    const faults = new Faults(ledger);
    faults.arm(parseFault({ kind: 'html_200', path: 'refund', times: 2 }));
    faults.arm(parseFault({ kind: 'slow' }));
    const hits = ['/a/refund', '/a/create-order', '/a/create-order', '/a/refund', '/a/refund'];
    expect(hits.map((path) => faults.take(path)?.kind)).toEqual(['html_200', 'slow', undefined, 'html_200', undefined]);
    expect(faults.list()).toMatchObject([{ fired: 2 }, { fired: 1 }]);
    expect(ledger.find({ kind: 'fault.fired' })).toHaveLength(3);
  });

  it.each([
    [{ kind: 'fire' }, /kind must be one of timeout_before/],
    [{ kind: 'error' }, /msgCode is required/],
    [{ kind: 'slow', delayMs: -1 }, /delayMs must be a whole number/],
    [{ kind: 'slow', path: 7 }, /path must be a string/],
    [{ kind: 'http_error', httpStatus: 99 }, /httpStatus must be 200 to 599/],
  ])('%j is refused', (body, message) => {
    expect(() => parseFault(body)).toThrow(message);
  });
});
