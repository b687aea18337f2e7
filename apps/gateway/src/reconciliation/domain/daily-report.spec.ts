import { hryvnias, writeCsv } from './csv-export.js';
import { type DailyReport, reportAsCsv, reportAsHtml } from './daily-report.js';

const REPORT: DailyReport = {
  accountId: 'acc_1',
  day: '2027-01-31',
  currency: 'UAH',
  taken: { count: 3, kopiyky: '9007199254740993' },
  refunded: { count: 1, kopiyky: '5' },
  fees: { kopiyky: '181', source: 'register' },
  payoutExpected: '-176',
  register: { lines: 4, taken: '100', refunded: '0' },
  sweep: null,
  openBreaks: [{ type: 'amount', count: 1, atRisk: '1' }],
  openDoubts: [{ status: 'unknown', count: 2, kopiyky: '2000' }],
};

describe('a daily report', () => {
  it('is CSV in hryvnias, exact to the kopiyka', () => {
    expect(reportAsCsv(REPORT).split('\r\n')).toEqual([
      '"account","day","what","count","UAH"',
      '"acc_1","2027-01-31","Taken",3,90071992547409.93',
      '"acc_1","2027-01-31","Refunded",1,0.05',
      '"acc_1","2027-01-31","Fees (register)","",1.81',
      '"acc_1","2027-01-31","Payout expected","",-1.76',
      '"acc_1","2027-01-31","Register: taken",4,1.00',
      '"acc_1","2027-01-31","Register: refunded","",0.00',
      '"acc_1","2027-01-31","Open break: amount",1,0.01',
      '"acc_1","2027-01-31","Open doubt: unknown",2,20.00',
      '',
    ]);
  });

  it('is a page that needs nothing from anywhere and runs nothing', () => {
    const page = reportAsHtml({ ...REPORT, accountId: '<script>"&' });
    expect(page).toContain('&lt;script&gt;&quot;&amp;');
    expect(page).not.toMatch(/<script|https?:/u);
    expect(page).toContain('<td>90071992547409.93</td>');
    expect(page).toContain('Both know the operation');
  });
});

describe('a cell of CSV', () => {
  it.each<[string | number, string]>([
    ['=1+1', `"'=1+1"`],
    ['+380', `"'+380"`],
    ['-cmd', `"'-cmd"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t=1"`],
    ['\r=1', `"'\r=1"`],
    ['say "hello", world', '"say ""hello"", world"'],
    ['-1.76', '-1.76'],
    [-5, '-5'],
    ['1e5', '"1e5"'],
    ['', '""'],
  ])('%j is written %s', (cell, written) => {
    expect(writeCsv([[cell]])).toBe(`${written}\r\n`);
  });
});

it.each<[bigint, string]>([
  [0n, '0.00'],
  [5n, '0.05'],
  [-5n, '-0.05'],
  [123_456n, '1234.56'],
])('%s kopiyky are %s hryvnias', (kopiyky, text) => {
  expect(hryvnias(kopiyky)).toBe(text);
});
