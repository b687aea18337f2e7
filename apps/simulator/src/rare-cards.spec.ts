import { readFileSync } from 'node:fs';
import { FAILING_CARDS, groupPan, RARE_CARDS, TEST_CARDS } from './bank/cards.js';
import { type Json, MerchantAtBank } from '../test/merchant-at-bank.js';

let at: MerchantAtBank;
beforeAll(async () => {
  at = await MerchantAtBank.start();
});
beforeEach(() => {
  at.reset();
});
afterAll(() => at.simulator.close());

const newOrder = async (): Promise<string> =>
  String((await at.order({ hppPayType: 'PURCHASE', preAuthExpDate: undefined })).body['hppOrderId']);
const told = async (hppOrderId: string): Promise<Json> => {
  const { orderStatus, operations } = (await at.call('/hpp/v1/operations', { hppOrderId })).body;
  const [operation = {}] = (operations ?? []) as Json[];
  return { orderStatus, ...operation };
};
const panOf = (name: string): string => RARE_CARDS.find((card) => card.name === name)?.pan ?? '';
const advance = (advanceMs: number) => at.control('POST', 'clock', { advanceMs });

it('there is a card for every way to fail, each a number of its own', () => {
  const codes = FAILING_CARDS.map(({ result }) => `${result.actionCode}/${result.responseCode}`);
  expect(codes).toEqual(expect.arrayContaining(['1/16', '2/09', '9/09', '33/14', '33/22', '33/100']));
  expect(new Set([...FAILING_CARDS, ...RARE_CARDS].map(({ pan }) => pan)).size).toBe(codes.length + RARE_CARDS.length);
});

it.each([
  ['1', '16'],
  ['9', '09'],
  ['33', '22'],
])('fails with %s/%s on the page and host to host', async (actionCode, responseCode) => {
  const card = FAILING_CARDS.find(({ name }) => name === `fails-${actionCode}-${responseCode}`);
  const hppOrderId = await newOrder();
  await at.pay(hppOrderId, card?.pan);
  expect(await told(hppOrderId)).toMatchObject({
    orderStatus: 'FAIL',
    transactionResponseInfo: { actionCode, responseCode },
  });
  expect(await at.seal(card?.pan ?? '').then((sealed) => at.bank.cardData.card(sealed, at.merchant.merchantId))).toBe(
    card,
  );
  expect(at.money()).toEqual([]);
});

it.each([
  ['slow', 10_000, 'SUCCESS', ['money.charged 1000']],
  ['late', 30 * 60_000, 'SUCCESS', ['money.charged 1000']],
  ['late-declined', 30 * 60_000, 'FAIL', []],
])('%s stays open for a while', async (name, delayMs, status, money) => {
  const hppOrderId = await newOrder();
  await at.pay(hppOrderId, panOf(name));
  await advance(delayMs - 1_000);
  expect(await told(hppOrderId)).toMatchObject({ status: 'PENDING' });
  expect(at.money()).toEqual([]);
  await advance(1_000);
  expect(await told(hppOrderId)).toMatchObject({ status });
  expect(at.money()).toEqual(money);
});

it('3-D Secure passes, and the card is declined all the same', async () => {
  const hppOrderId = await newOrder();
  const acs = (await at.pay(hppOrderId, panOf('3ds-declined'))).headers.get('location') ?? '';
  await at.form(acs.split('?')[0] ?? '', { otp: '1234' });
  expect(await told(hppOrderId)).toMatchObject({ status: 'FAIL', transactionResponseInfo: { actionCode: '1' } });
});

it('one card is charged a kopiyka more than was asked for', async () => {
  const hppOrderId = await newOrder();
  await at.pay(hppOrderId, panOf('overcharged'));
  expect(await told(hppOrderId)).toMatchObject({ orderStatus: 'SUCCESS', coinAmount: 1_001 });
  expect(at.money()).toEqual(['money.charged 1001']);
});

it('all of them are told', async () => {
  const { cards } = (await at.control('GET', 'cards')).body as { cards: readonly Json[] };
  expect(cards).toHaveLength(5 + RARE_CARDS.length + FAILING_CARDS.length);
  expect(cards).toContainEqual({
    ...{ name: 'overcharged', pan: panOf('overcharged'), threeDs: false, delayMs: 0, extra: 1 },
    ...{ actionCode: '0', responseCode: '00', description: 'approved' },
  });
});

it('the README names each by its number', () => {
  const readme = readFileSync('apps/simulator/README.md', 'utf8');
  for (const { pan } of [...TEST_CARDS, ...RARE_CARDS]) expect(readme).toContain(`\`${groupPan(pan)}\``);
  expect(readme).toContain(`All ${FAILING_CARDS.length}: \`/control/cards\``);
});

it('answers take as long as they are told to', async () => {
  await at.control('POST', 'switches', { latencyMedianMs: 150 });
  const begun = performance.now();
  await newOrder(); // a session, then the order
  expect(performance.now() - begun).toBeGreaterThan(290); // a lower bound: a slow machine changes nothing
});
