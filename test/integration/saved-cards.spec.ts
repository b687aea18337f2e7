import { type VerificationView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { type SavedCardView } from '../../apps/gateway/src/payments/api/saved-card.dto.js';
import { SecretText } from '../../apps/gateway/src/accounts/secret-text.js';
import { type BankOperationFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { aBankOperation, aCharge, found } from './fake-payment-bank.js';
import {
  aKey,
  aRequest,
  createMigratedDatabase,
  eventsOf,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';
import { DATA, NUMBER } from './encrypted.js';

const SHOWN = { cardMask: '411111••••1111', scheme: 'VISA' };

/** Cards that the bank keeps: how they come about, and what can be made of them. */
describe('a saved card', () => {
  let database: MigratedDatabase;
  let parts: Parts;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    parts.bank.errands.length = 0;
    parts.bank.onErrand = keepsAndChanges;
    parts.bank.onCharge = (request) => aCharge(request);
  });

  let tokens = 0;
  const aToken = (): string => `-token_${String(++tokens).padStart(17, '0')}`;
  let customers = 0;
  const aCustomer = (): string => `customer-${++customers}`;
  const keepsAndChanges: Parts['bank']['onErrand'] = (errand) =>
    errand.name === 'keep_card'
      ? { kind: 'done', card: { token: SecretText.of(aToken()), mask: '411111******1111', scheme: undefined } }
      : { kind: 'done', changed: true };

  const of = (customerId: string) => ({ accountId: parts.accountId, customerId });
  const listOf = async (customerId: string, query: object = {}): Promise<SavedCardView[]> =>
    (await parts.cards.list(of(customerId), { limit: 20, cursor: undefined, status: undefined, ...query })).data;
  const keep = async (customerId: string, key = aKey()) => {
    const caller = { accountId: parts.accountId, livemode: false, payoutLimit: null } as Parameters<
      Parts['cards']['keep']
    >[0]['caller'];
    const body = { encryptedNumber: NUMBER, encryptedExpiry: DATA };
    const answer = await parts.cards.keep({ caller, key }, customerId, body);
    return { ...answer, card: JSON.parse(answer.body) as SavedCardView };
  };
  const typesOf = async (id: string): Promise<string[]> => (await eventsOf(database, id)).map(({ type }) => type);

  async function verify(customerId: string): Promise<VerificationView> {
    const body = { returnUrl: 'https://shop.example/back', customer: { id: customerId }, metadata: {}, language: 'uk' };
    const asked = { ...body, expiresInMinutes: 60 } as Parameters<Parts['verifications']['create']>[1];
    const answer = await parts.verifications.create({ accountId: parts.accountId, key: aKey() }, asked);
    return JSON.parse(answer.body) as VerificationView;
  }
  /** The order of a verification as the bank shows it from now on. */
  const shows = (over: Partial<BankOperationFacts>): void => {
    const facts = aBankOperation({ type: 'VERIFICATION', amount: 0, shown: SHOWN, ...over });
    parts.bank.onReadOrder = (order) => found(order, { status: 'SUCCESS', operations: [facts] });
  };
  const sync = (id: string): Promise<void> => parts.sync.syncWithBank(parts.accountId, id);

  it('comes of a verification, once, however often the bank shows it', async () => {
    const customer = aCustomer();
    const { id, savedCardId: none } = await verify(customer);
    const token = aToken();
    shows({ cardToken: SecretText.of(token) });
    await Promise.all([sync(id), sync(id)]);
    await sync(id);
    const [card, ...others] = await listOf(customer);
    expect([none, others]).toEqual([null, []]);
    expect(card).toMatchObject({
      ...{ object: 'card', customerId: customer, status: 'active', cardMask: '411111******1111', scheme: 'VISA' },
      ...{ origin: { type: 'verification', id }, livemode: false },
    });
    expect(await parts.verifications.get(parts.accountId, id)).toMatchObject({
      status: 'succeeded',
      savedCardId: card!.id,
    });
    expect(await eventsOf(database, card!.id)).toMatchObject([
      { sequence: 1, type: 'card.saved', data: { cardId: card!.id, verificationId: id } },
    ]);
    const kept = await database.query('SELECT c::text, p::text FROM saved_card c, payment p WHERE p.id = $1', [id]);
    expect(JSON.stringify(kept)).not.toContain(token);
  });

  it('is told with a later look where the first one did not show it', async () => {
    const customer = aCustomer();
    const { id } = await verify(customer);
    shows({});
    await sync(id);
    expect(await parts.verifications.get(parts.accountId, id)).toMatchObject({
      status: 'succeeded',
      savedCardId: null,
    });
    shows({ cardToken: SecretText.of(aToken()) });
    await sync(id);
    expect(await listOf(customer)).toHaveLength(1);
  });

  it.each<[string, Partial<BankOperationFacts>]>([
    ['failed', { status: 'FAIL', actionCode: '1', responseCode: '00' }],
    ['is of another merchant', { merchantId: 'somebody-else' }],
  ])('does not come of what %s', async (_what, over) => {
    const customer = aCustomer();
    const { id } = await verify(customer);
    shows({ cardToken: SecretText.of(aToken()), ...over });
    await sync(id);
    expect(await listOf(customer)).toEqual([]);
  });

  const pay = async (over: object, customerId: string) => {
    const customer = { id: customerId };
    const method = { type: 'card', encryptedNumber: NUMBER, encryptedData: DATA, ...over };
    const request = aRequest({ customer, paymentMethod: method });
    const { body } = await parts.payments.create({ accountId: parts.accountId, key: aKey() }, request);
    return JSON.parse(body) as { id: string; status: string; savedCardId: string | null; paymentMethod: object };
  };

  it('comes of a payment by card that asked for it, with its own answer', async () => {
    const customer = aCustomer();
    const token = SecretText.of(aToken());
    parts.bank.charges.length = 0;
    parts.bank.onCharge = (request) => aCharge(request, { cardToken: token, shown: SHOWN });
    const first = await pay({ saveCard: true }, customer);
    const [card] = await listOf(customer);
    expect(first).toMatchObject({ status: 'succeeded', savedCardId: card!.id, paymentMethod: { saveCard: true } });
    expect(card).toMatchObject({ origin: { type: 'payment', id: first.id } });
    expect(parts.bank.charges[0]!.page.wishes).toMatchObject({ saveCard: true });
    // The same card once more is the same card; without the wish nothing is kept; another customer's is another one.
    expect(await pay({ saveCard: true }, customer)).toMatchObject({ savedCardId: card!.id });
    expect(await pay({}, customer)).toMatchObject({ savedCardId: null });
    const another = aCustomer();
    expect((await pay({ saveCard: true }, another)).savedCardId).not.toBe(card!.id);
    expect([await listOf(customer), await listOf(another)]).toMatchObject([[{ id: card!.id }], [{}]]);
    expect(await typesOf(card!.id)).toEqual(['card.saved']);
  });

  describe('without a payment', () => {
    it('is kept once by one key', async () => {
      const customer = aCustomer();
      const key = aKey();
      const { card, statusCode } = await keep(customer, key);
      expect([statusCode, card]).toMatchObject([201, { status: 'active', origin: { type: 'api', id: null } }]);
      expect(await keep(customer, key)).toMatchObject({ replayed: true, card });
      await expect(keep(aCustomer(), key)).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
      expect(parts.bank.errands).toMatchObject([{ name: 'keep_card', customerId: customer }]);
      expect(await listOf(customer)).toEqual([card]);
    });

    it('is asked for under another id where the bank has the first one already', async () => {
      const ids: string[] = [];
      parts.bank.onErrand = (errand) => {
        if (errand.name === 'keep_card') ids.push(errand.merchantRequestId);
        return ids.length === 1 ? { kind: 'duplicate' } : keepsAndChanges(errand);
      };
      const customer = aCustomer();
      expect((await keep(customer)).statusCode).toBe(201);
      expect([new Set(ids).size, await listOf(customer)]).toMatchObject([2, [{}]]);
    });

    it.each<[string, ReturnType<Parts['bank']['onErrand']>, object]>([
      ['refused', { kind: 'refused', code: 'b_invalid_pan_format', provenNoEffect: true }, { code: 'CARD_REFUSED' }],
      ['not sent', { kind: 'unsendable', reason: 'x' }, { code: 'CARD_REFUSED' }],
      ['lost', { kind: 'unknown', reason: 'timeout' }, { code: 'SERVICE_UNAVAILABLE' }],
    ])('that is %s leaves its key free', async (_what, outcome, error) => {
      const customer = aCustomer();
      const key = aKey();
      parts.bank.onErrand = () => outcome;
      await expect(keep(customer, key)).rejects.toMatchObject(error);
      expect(await listOf(customer)).toEqual([]);
      parts.bank.onErrand = keepsAndChanges;
      expect(await keep(customer, key)).toMatchObject({ statusCode: 201, replayed: false });
    });
  });

  describe('is changed', () => {
    it('at the bank first, and told', async () => {
      const customer = aCustomer();
      const { card } = await keep(customer);
      parts.bank.errands.length = 0;
      const change = (to: 'active' | 'suspended' | 'deleted') => parts.cards.change(of(customer), card.id, to);
      for (const to of ['suspended', 'suspended', 'active', 'suspended', 'deleted', 'deleted'] as const)
        expect(await change(to)).toMatchObject({ id: card.id, status: to });
      expect(parts.bank.errands.map((errand) => errand.name === 'change_card' && errand.to)).toEqual([
        ...['suspended', 'active', 'suspended', 'deleted'],
      ]);
      expect(await typesOf(card.id)).toEqual([
        ...['card.saved', 'card.suspended', 'card.resumed', 'card.suspended', 'card.deleted'],
      ]);
      await expect(change('active')).rejects.toMatchObject({ code: 'CARD_NOT_CHANGEABLE' });
      expect(await listOf(customer)).toEqual([]);
      expect(await listOf(customer, { status: 'deleted' })).toMatchObject([{ id: card.id }]);
      const sealed = await database.query('SELECT token_sealed AS token FROM saved_card WHERE id = $1', [card.id]);
      expect(sealed).toEqual([{ token: null }]);
    });

    it.each([
      ['is so already, as after a lost answer', 'suspended', undefined, 'card.suspended'],
      ['says otherwise', 'expired', 'CARD_NOT_CHANGEABLE', 'card.expired'],
    ] as const)('as the bank has it where that %s', async (_what, status, code, event) => {
      const customer = aCustomer();
      const { card } = await keep(customer);
      parts.bank.onErrand = () => ({
        kind: 'refused',
        code: 'b_cannot_process_logic_transaction',
        provenNoEffect: true,
      });
      parts.bank.onReadCard = () => ({ kind: 'found', status });
      const changed = parts.cards.change(of(customer), card.id, 'suspended');
      await (code === undefined
        ? expect(changed).resolves.toMatchObject({ status })
        : expect(changed).rejects.toMatchObject({ code }));
      expect(await listOf(customer)).toMatchObject([{ status }]);
      expect(await typesOf(card.id)).toEqual(['card.saved', event]);
    });

    it('not while nobody knows what the bank did', async () => {
      const customer = aCustomer();
      const { card } = await keep(customer);
      const change = () => parts.cards.change(of(customer), card.id, 'deleted');
      parts.bank.onErrand = () => ({ kind: 'unknown', reason: 'timeout' });
      await expect(change()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      parts.bank.onErrand = () => ({ kind: 'refused', code: 'b_odd', provenNoEffect: false });
      parts.bank.onReadCard = () => ({ kind: 'unknown', reason: 'timeout' });
      await expect(change()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect(await listOf(customer)).toMatchObject([{ status: 'active' }]);
    });
  });

  it('is listed a page at a time, for its own customer alone', async () => {
    const customer = aCustomer();
    const made: string[] = [];
    for (let count = 0; count < 3; count++) made.unshift((await keep(customer)).card.id);
    const page = await parts.cards.list(of(customer), { limit: 2 });
    const rest = await parts.cards.list(of(customer), { limit: 2, cursor: page.nextCursor! });
    expect([...page.data, ...rest.data].map(({ id }) => id)).toEqual(made);
    expect(rest.nextCursor).toBeNull();
    await expect(parts.cards.list(of(customer), { limit: 2, cursor: 'x' })).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    });
    const stranger = aCustomer();
    expect(await listOf(stranger)).toEqual([]);
    for (const ask of [
      () => parts.cards.get(of(stranger), made[0]!),
      () => parts.cards.change(of(stranger), made[0]!, 'deleted'),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'CARD_NOT_FOUND' });
  });
});
