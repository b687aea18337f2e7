import { isConnectionSpent, isDatabaseAway } from './database-away.js';

const withCode = (code: string): Error => Object.assign(new Error('words'), { code });

describe('what passes by itself', () => {
  it.each([
    ...['08000', '08006', '53100', '53200', '53300', '57P01', '57P02', '57P03', '57P05'],
    ...['25006', '25P03', '25P04', '40001', '40P01', '55P03', '57014'],
    ...[
      'ECONNREFUSED',
      'ECONNRESET',
      'ETIMEDOUT',
      'EPIPE',
      'EMFILE',
      'ENFILE',
      'EAI_AGAIN',
      'ENOTFOUND',
      'EHOSTUNREACH',
      'EPROTO',
      'ENETRESET',
      'ERR_STREAM_DESTROYED',
      'ERR_STREAM_WRITE_AFTER_END',
      'ERR_SOCKET_CLOSED',
    ],
  ])('%s', (code) => {
    expect(isDatabaseAway(withCode(code))).toBe(true);
  });

  it.each([
    'Query read timeout',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Cannot use a pool after calling end on the pool',
  ])('%s, without a code', (message) => {
    expect(isDatabaseAway(new Error(message))).toBe(true);
  });

  it.each(['23505', '23514', '42P01', '22P05', 'P0001', '25001', '57000', '40002'])('but not %s', (code) => {
    expect(isDatabaseAway(withCode(code))).toBe(false);
  });

  it('nor a defect of ours', () => {
    expect(isDatabaseAway(new TypeError('cannot read properties of undefined'))).toBe(false);
    expect(isDatabaseAway(undefined)).toBe(false);
  });
});

describe('what a connection does not survive', () => {
  it.each([
    '25006',
    '25P03',
    '25P04',
    '57014',
    'EPROTO',
    'ERR_STREAM_DESTROYED',
    '57P01',
    '08006',
    'EPIPE',
    'ECONNRESET',
  ])('%s', (code) => {
    expect(isConnectionSpent(withCode(code))).toBe(true);
  });

  it('an error of the driver without a code', () => {
    expect(isConnectionSpent(new Error('Query read timeout'))).toBe(true);
  });

  it.each(['23505', '40001', '40P01', '55P03', '53100', 'P0001'])('but it does survive %s', (code) => {
    expect(isConnectionSpent(withCode(code))).toBe(false);
  });
});
