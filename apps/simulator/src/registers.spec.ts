import { type Json, MerchantAtBank } from '../test/merchant-at-bank.js';
import { BREAKS, plantBreaks } from './registers/planted.js';
import { type RegisterRow } from './registers/register-row.js';

const HEADINGS = 19;

let at: MerchantAtBank;
beforeAll(async () => {
  at = await MerchantAtBank.start();
});
beforeEach(() => {
  at.reset();
});
afterAll(() => at.simulator.close());

/** A register as it would be read: every cell is quoted, and no cell of these holds a quotation mark. */
async function register(body: Json = {}, encoding = 'utf-8'): Promise<string[][]> {
  const made = await at.control('POST', 'registers', body);
  expect(made.status).toBe(201);
  const answer = await fetch(at.simulator.url + String(made.body['path']));
  expect(answer.headers.get('content-type')).toBe(`text/csv; charset=${encoding}`);
  const text = new TextDecoder(encoding, { fatal: true }).decode(await answer.arrayBuffer());
  const separator = body['separator'] === ';' ? '";"' : '","';
  return text
    .trimEnd()
    .split('\r\n')
    .map((line) => line.slice(1, -1).split(separator));
}

async function paidAndRefunded(): Promise<void> {
  const { body } = await at.order({ hppPayType: 'PURCHASE', merchantComment: 'pay-1,order 7', purpose: 'Honey' });
  await at.pay(body['hppOrderId']);
  await at.control('POST', `orders/${String(body['hppOrderId'])}/refund`, { coinAmount: 300 });
}

describe('a register', () => {
  it.each([
    { encoding: 'utf-8', separator: ',' },
    { encoding: 'windows-1251', separator: ';' },
  ])('lists what moved money today, in $encoding with "$separator"', async (form) => {
    await paidAndRefunded();
    const held = await at.order();
    await at.pay(held.body['hppOrderId']);
    const [headings, ...rows] = await register(form, form.encoding);
    expect(headings).toHaveLength(HEADINGS);
    expect(headings![3]).toBe('Сума');
    expect(rows.map((row) => [row[3], row[11], row[14], row[17]])).toEqual([
      ['1000', 'Успішна', '980', 'pay-1 , order 7'],
      ['-300', 'Успішна', '980', 'pay-1 , order 7'],
    ]);
    const [charged] = at.bank.ledger.find({ kind: 'money.charged' });
    expect(rows[0]![16]).toBe(charged!['operationId']);
    expect(rows[0]![2]).toMatch(/^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d$/u);
    expect(rows[0]![8]).toBe('411111######1111');
  });

  it('lists nothing of another day', async () => {
    await paidAndRefunded();
    expect(await register({ from: '2020-01-01T00:00:00+02:00' })).toHaveLength(1);
  });

  it('is damaged as by a spreadsheet where that is asked for', async () => {
    await paidAndRefunded();
    const [, charge] = await register({ damaged: true });
    expect(charge![10]).toMatch(/^\d,\d\dE\+11$/u);
  });

  it.each<[Json, string]>([
    [{ breaks: { fee: 1 } }, '1 breaks need as many lines, and there are 0'],
    [{ breaks: { colour: 1 } }, `breaks are ${BREAKS.join(', ')}`],
    [{ encoding: 'koi8-u' }, 'encoding must be one of utf-8, windows-1251'],
    [{ merchantId: 'nobody' }, 'merchantId is not known to this bank'],
  ])('is refused for %j', async (body, error) => {
    expect(await at.control('POST', 'registers', body)).toEqual({ status: 400, body: { error } });
  });
});

describe('planted breaks', () => {
  const rows = Array.from({ length: 21 }, (_, number) => aRow(String(number).padStart(24, '0')));
  const counts = Object.fromEntries(BREAKS.map((type) => [type, 3]));

  it('are as many of each kind as were asked for, each on a line of its own', () => {
    const { planted } = plantBreaks(rows, counts);
    for (const type of BREAKS) expect(planted.filter((one) => one.type === type)).toHaveLength(3);
    expect(new Set(planted.map(({ operationId }) => operationId)).size).toBe(21);
  });

  it('are what the lines show', () => {
    const { rows: spoiled, planted } = plantBreaks(rows, counts);
    const linesOf = (id: string) => spoiled.filter(({ operationId }) => operationId === id);
    for (const { type, operationId } of planted) {
      const [line, ...more] = linesOf(operationId);
      const same = {
        amount: line?.coinAmount === '1000',
        fee: line?.merchantCommission === '15',
        status: line?.status === 'Успішна',
        currency: line?.currency === '980',
      };
      const wrong = Object.entries(same).flatMap(([member, isSame]) => (line && !isSame ? [member] : []));
      expect([type, wrong]).toEqual([type, type in same ? [type] : []]);
      expect([type, line === undefined, more.length]).toEqual([
        type,
        type === 'missing_there',
        type === 'duplicate' ? 1 : 0,
      ]);
      const isOurs = rows.some((row) => row.operationId === operationId);
      expect([type, isOurs]).toEqual([type, type !== 'missing_here']);
    }
  });
});

function aRow(operationId: string): RegisterRow {
  return {
    merchantAliasId: 'AE100003',
    pgiReference: '',
    processingDateTime: '26.11.2026 12:00:00',
    coinAmount: '1000',
    merchantCommission: '15',
    paymentSystem: 'VISA',
    cardNumberMask: '',
    approvalCode: '',
    rrn: '',
    status: 'Успішна',
    currency: '980',
    STAN: '',
    operationId,
    merchantComment: '',
    purpose: '',
  };
}
