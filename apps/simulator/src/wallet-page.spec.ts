import { MerchantAtBank } from '../test/merchant-at-bank.js';

let at: MerchantAtBank;
beforeAll(async () => {
  at = await MerchantAtBank.start();
});
beforeEach(() => {
  at.reset();
});
afterAll(() => at.simulator.close());

const WALLETS = ['APPLE_PAY', 'GOOGLE_PAY'] as const;
const EVERYTHING = ['CARD', ...WALLETS];

const order = async (paymentMethods: readonly string[], over: object = {}): Promise<string> => {
  const asked = { hppPayType: 'PURCHASE', preAuthExpDate: undefined, paymentMethods, ...over };
  return String((await at.order(asked)).body['hppOrderId']);
};
const page = async (path: string): Promise<string> => (await fetch(at.simulator.url + path)).text();
const sheet = (id: string, wallet: string): Promise<string> => page(`/wallet?hpp_id=${id}&wallet=${wallet}`);

/** The token that the wallet hands out behind one of its buttons. */
const tokenOn = (html: string, button: string): string => {
  const form = html.split('<form').find((part) => part.includes(`data-testid="${button}"`)) ?? '';
  return (/name="token" value="([^"]*)"/.exec(form)?.[1] ?? '').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
};
const pay = (id: string, wallet: string, token: string): Promise<Response> =>
  at.form('/pay/wallet', { hpp_id: id, wallet, token });
const choose = async (id: string, wallet: string, button = 'wallet-success'): Promise<Response> =>
  pay(id, wallet, tokenOn(await sheet(id, wallet), button));
const told = async (id: string) => (await at.call('/hpp/v1/operations', { hppOrderId: id })).body;

describe('wallets on the hosted page', () => {
  it('are offered where the order takes them, and the card form where it takes cards', async () => {
    const shown = async (methods: readonly string[]): Promise<readonly boolean[]> => {
      const html = await page(`/pay?hpp_id=${await order(methods)}`);
      return ['card-number', 'apple-pay', 'google-pay'].map((id) => html.includes(`data-testid="${id}"`));
    };
    expect(await shown(['CARD'])).toEqual([true, false, false]);
    expect(await shown(EVERYTHING)).toEqual([true, true, true]);
    expect(await shown(['GOOGLE_PAY'])).toEqual([false, false, true]);
  });

  it.each(WALLETS)('%s pays with a token of its own, and the order says so', async (wallet) => {
    const id = await order(EVERYTHING);
    const answer = await choose(id, wallet);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, 'https://shop.example/ok']);
    expect(await told(id)).toMatchObject({
      orderStatus: 'SUCCESS',
      operations: [{ type: 'PURCHASE', status: 'SUCCESS', coinAmount: 1_000, paymentServiceType: wallet }],
    });
    expect(at.bank.ledger.find({ kind: 'operation.final' })).toMatchObject([{ paymentServiceType: wallet }]);
    expect(at.money()).toEqual(['money.charged 1000']);
    expect((await choose(id, wallet)).status).toBe(409);
    expect(at.money()).toEqual(['money.charged 1000']);
  });

  it('holds, and is declined, like a card', async () => {
    const hold = await order(EVERYTHING, { hppPayType: 'PREAUTH', preAuthExpDate: at.date(3 * 3_600_000) });
    await choose(hold, 'APPLE_PAY');
    const declined = await order(EVERYTHING);
    await choose(declined, 'APPLE_PAY', 'wallet-declined');
    expect(await told(declined)).toMatchObject({
      orderStatus: 'FAIL',
      operations: [{ status: 'FAIL', paymentServiceType: 'APPLE_PAY', transactionResponseInfo: { actionCode: '1' } }],
    });
    expect(at.money()).toEqual(['money.held 1000']);
  });

  it('asks for 3-D Secure for a bare number that Google keeps, and for nothing else', async () => {
    const id = await order(EVERYTHING);
    const answer = await choose(id, 'GOOGLE_PAY', 'wallet-3ds');
    const acs = answer.headers.get('location') ?? '';
    expect(acs).toMatch(/^\/acs\//);
    expect(await told(id)).toMatchObject({ orderStatus: 'REQUIRED_3DS' });
    await at.form(acs.split('?')[0] ?? '', { otp: '1234' });
    expect(await told(id)).toMatchObject({ operations: [{ status: 'SUCCESS', paymentServiceType: 'GOOGLE_PAY' }] });
    expect(await sheet(id, 'APPLE_PAY')).not.toContain('data-testid="wallet-3ds"');
  });

  it('counts in the currency of the order', async () => {
    const id = await order(EVERYTHING, { currencyCode: '840' });
    await choose(id, 'APPLE_PAY');
    expect(await told(id)).toMatchObject({ operations: [{ coinAmount: 44_350, sourceAmount: 1_000 }] });
  });

  it('takes no token that it did not issue, of another amount, or of another wallet', async () => {
    const id = await order(EVERYTHING);
    const cheap = await order(EVERYTHING, { coinAmount: 1 });
    const google = tokenOn(await sheet(id, 'GOOGLE_PAY'), 'wallet-success');
    const forged = JSON.stringify({ paymentData: { data: 'AAAA', version: 'EC_v1' } });
    const refused = [
      await pay(id, 'APPLE_PAY', ''),
      await pay(id, 'APPLE_PAY', forged),
      await pay(id, 'GOOGLE_PAY', forged),
      await pay(id, 'APPLE_PAY', google),
      await pay(id, 'APPLE_PAY', tokenOn(await sheet(cheap, 'APPLE_PAY'), 'wallet-success')),
      await pay(id, 'SAMSUNG_PAY', google),
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 422));
    expect(await refused[1]?.text()).toContain('role="alert"');
    expect(at.money()).toEqual([]);
    expect(await told(id)).toMatchObject({ orderStatus: 'PENDING' });
  });

  it('is no way around what the order takes', async () => {
    const byCard = await order(['CARD']);
    expect((await fetch(`${at.simulator.url}/wallet?hpp_id=${byCard}&wallet=APPLE_PAY`)).status).toBe(404);
    const google = tokenOn(await sheet(await order(EVERYTHING), 'GOOGLE_PAY'), 'wallet-success');
    expect((await pay(byCard, 'GOOGLE_PAY', google)).status).toBe(422);
    const byWallet = await order(['GOOGLE_PAY']);
    expect((await at.pay(byWallet)).status).toBe(422);
    expect(at.money()).toEqual([]);
  });
});
