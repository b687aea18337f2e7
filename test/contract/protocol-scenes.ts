import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { type AccountCallId } from '#libs/alliance';
import { type KnownMembers } from './any-body.js';
import { type Body, SUCCESS, WITH_3DS, type World } from './protocol-world.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The bank writes hundredths of a second: a date without any is the same on both sides. */
const inDays = (days: number): Date => new Date(Math.floor((Date.now() + days * DAY_MS) / 1_000) * 1_000);

export const BROWSER = {
  browserAcceptHeader: 'text/html',
  browserUserAgent: 'Mozilla/5.0',
  browserLanguage: 'uk',
  browserColorDepth: '24',
  browserScreenHeight: '800',
  browserScreenWidth: '1280',
  browserTZ: '-180',
};

const panOf = ({ desiredThreeDSMode }: Body): string => (desiredThreeDSMode === 'MUST' ? WITH_3DS : SUCCESS);

export const applePlaintext = (pan: string): Body => ({
  applicationPrimaryAccountNumber: pan,
  applicationExpirationDate: '491231',
  currencyCode: '980',
  transactionAmount: 100,
  deviceManufacturerIdentifier: '1255548888',
  paymentDataType: '3DSecure',
  paymentData: { onlinePaymentCryptogram: 'AVn0rK8BiDxN2D/w2j8LMAABAAA=' },
});

export const googlePlaintext = (pan: string): Body => ({
  paymentMethod: 'CARD',
  paymentMethodDetails: { authMethod: 'PAN_ONLY', pan, expirationMonth: 12, expirationYear: 2049 },
});

/** Whose plaintext a decrypted wallet's member holds. */
const isGoogle = (id: AccountCallId, { paymentMethodType = '' }: Body): boolean =>
  id.includes('googlepay') || String(paymentMethodType).startsWith('GOOGLE');

const plaintextOf = (id: AccountCallId, body: Body): Body =>
  isGoogle(id, body) ? googlePlaintext(panOf(body)) : applePlaintext(panOf(body));

type Value = (world: World, body: Body, id: AccountCallId) => unknown;

/** What stands for a printed secret or date: it must be one that this bank can open, and not be over. */
const LIVE: Readonly<Record<string, Value>> = {
  merchantRequestId: () => randomUUID(),
  encryptedCardNumber: (world, body) => world.number(panOf(body)),
  encryptedCardData: (world) => world.cardData(),
  encryptedExpDate: (world) => world.expiry(),
  cvv: (world) => world.cvv(),
  paymentData: (world, body, id) => world.sealed(plaintextOf(id, body)),
  paymentDataEncrypted: (world, body, id) => world.sealed(plaintextOf(id, body)),
  paymentToken: (world, body) => world.walletToken('apple', panOf(body)),
  googlePayPaymentData: (world, body) => world.walletToken('google', panOf(body)),
  token: (world, body) => world.token(panOf(body)),
  preAuthExpDate: () => new Date(Date.now() + 3 * HOUR_MS),
  appliesDateTimeFrom: () => inDays(30),
  appliesDateTimeTo: () => inDays(60),
  planId: (world) => world.plan(),
  orderId: (world) => world.subscription(),
};

/** A plan whose second version, the last one, has not begun. */
async function planOfTwo(world: World): Promise<unknown> {
  const planId = await world.plan();
  const rule = { paymentNumberFrom: 1, paymentNumberTo: 2, intervalValue: 1, intervalUnit: 'DAY' };
  const rules = [{ ...rule, coinAmount: 200, currency: '980' }];
  await world.call('recurring.plan.update', { planId, rules, appliesDateTimeFrom: inDays(30) });
  return planId;
}

/** A payment that fell due while its plan was paused. */
async function skippedPayment(world: World): Promise<unknown> {
  const planId = await world.plan();
  const orderId = await world.subscription(planId);
  const first = world.first({ orderId, customerData: undefined, coinAmount: undefined });
  const card = { encryptedCardNumber: await world.number(SUCCESS), encryptedCardData: await world.cardData() };
  await world.call('recurring.payment.initial', { ...first, paymentMethodType: 'CARD', browserInfo: BROWSER, ...card });
  await world.call('recurring.plan.status-update', { planId, status: 'PAUSED' });
  await world.simulator.control('clock', { advanceMs: DAY_MS + HOUR_MS });
  const filters = [{ field: 'status', operator: 'EQUALS', value: 'SKIPPED_PAUSED' }];
  const { payments } = await world.call('recurring.payments.search', { filters });
  return (payments as Body[])[0]?.['id'];
}

const stepOne =
  (id: AccountCallId, over: (world: World) => Promise<Body> | Body = () => ({})) =>
  async (world: World, body: Body): Promise<Body> => ({
    operationId: await world.begun(id, 'browserInfo' in body ? WITH_3DS : SUCCESS, await over(world)),
  });

/** A wallet or token that asked for 3DS in step 1. */
const askedFor3ds =
  (id: AccountCallId, means: (world: World) => Promise<Body>) =>
  async (world: World): Promise<Body> => {
    const names = { senderCustomerId: 'c1', senderFirstName: 'Іван', senderLastName: 'Франко' };
    const first = world.first({ desiredThreeDSMode: 'MUST', customerData: names, ...(await means(world)) });
    const body = Object.fromEntries(Object.entries(first).filter(([, value]) => value !== undefined));
    return { operationId: (await world.call(id, body))['operationId'] };
  };

const byApple = async (world: World): Promise<Body> => ({
  paymentData: await world.sealed(applePlaintext(WITH_3DS)),
  coinAmount: undefined,
});
const byGoogle = async (world: World): Promise<Body> => ({
  paymentData: await world.sealed(googlePlaintext(WITH_3DS)),
  transactionAmount: 100,
  coinAmount: undefined,
});
const byToken = async (world: World): Promise<Body> => ({ token: await world.token(WITH_3DS), cvv: await world.cvv() });

const inThreeHours = (): Body => ({ preAuthExpDate: new Date(Date.now() + 3 * HOUR_MS) });
const holdOfCard = stepOne('h2h.preauth.create', () => ({ paymentMethodType: 'CARD', ...inThreeHours() }));
const holdOfToken = askedFor3ds('h2h.preauth.create', async (world) => ({
  ...(await byToken(world)),
  ...inThreeHours(),
  paymentMethodType: 'TOKEN',
}));

type Scene = (world: World, body: Body) => Body | Promise<Body>;

/** What has to be there before a call makes sense, as members of its body. */
const SCENES: Readonly<Partial<Record<AccountCallId, Scene>>> = {
  'hpp.operations': async (world) => {
    const urls = { successUrl: 'https://shop.example/ok', failUrl: 'https://shop.example/no' };
    const shown = { ...urls, statusPageType: 'STATUS_PAGE', paymentMethods: ['CARD'], hppPayType: 'PURCHASE' };
    const first = world.first({ ...shown, desiredThreeDSMode: undefined });
    return { hppOrderId: (await world.call('hpp.create-order', first, '1.0'))['hppOrderId'] };
  },
  'h2h.purchase.execute': stepOne('h2h.purchase.create'),
  'h2h.c2a.execute': stepOne('h2h.c2a.create', () => ({ merchantCommission: 0 })),
  'h2h.verification.execute': stepOne('h2h.verification.create', () => ({ coinAmount: undefined })),
  'h2h.preauth.execute': (world, body) => ('encryptedCardData' in body ? holdOfCard(world, body) : holdOfToken(world)),
  'h2h.applepay.purchase-3ds': askedFor3ds('h2h.applepay.purchase', byApple),
  'h2h.applepay.c2a-3ds': askedFor3ds('h2h.applepay.c2a', byApple),
  'h2h.googlepay.purchase-3ds': askedFor3ds('h2h.googlepay.purchase', byGoogle),
  'h2h.googlepay.c2a-3ds': askedFor3ds('h2h.googlepay.c2a', byGoogle),
  'h2h.token.purchase-3ds': askedFor3ds('h2h.token.purchase', byToken),
  'h2h.token.c2a-3ds': askedFor3ds('h2h.token.c2a', byToken),
  'h2h.preauth.completion': async (world, { coinAmount }) => ({
    originalOperationId: await world.held(Number(coinAmount)),
  }),
  'h2h.refund': async (world, { coinAmount }) => ({
    operationId: (await world.paid(Number(coinAmount)))['operationId'],
  }),
  'h2h.operations.get': async (world) => ({ id: (await world.paid())['operationId'] }),
  'h2h.operations.by-merchant-request-id': async (world) => ({
    merchantRequestId: (await world.paid())['merchantRequestId'],
  }),
  'h2h.token.state-update': async (world, { state }) => {
    const token = await world.token();
    if (state === 'ACTIVE') await world.call('h2h.token.state-update', { token, state: 'SUSPENDED' });
    return { token };
  },
  'recurring.plan.status-update': async (world, { status }) => {
    const planId = await world.plan();
    if (status === 'ACTIVE') await world.call('recurring.plan.status-update', { planId, status: 'PAUSED' });
    return { planId };
  },
  'recurring.version.update': async (world) => ({ planId: await planOfTwo(world), versionId: 2 }),
  'recurring.version.delete': async (world) => ({ planId: await planOfTwo(world), versionId: 2 }),
  'recurring.subscription.cancel': async (world) => ({ hppOrderId: await world.subscription() }),
  'recurring.payment.force': async (world) => ({ scheduledPaymentId: await skippedPayment(world) }),
};

/** A body that this bank can take now: with means that it can open, dates to come, and what has to be there before. */
export async function staged(world: World, id: AccountCallId, body: Body): Promise<Body> {
  const live: Body = {};
  for (const name of Object.keys(body)) {
    const value = LIVE[name];
    if (value && !(id === 'h2h.applepay.session' && name === 'merchantId')) live[name] = await value(world, body, id);
  }
  return { ...body, ...live, ...(await SCENES[id]?.(world, body)) };
}

type Rule = Readonly<Record<'length' | 'intervalValue' | 'coinAmount', number> & { intervalUnit: string }>;

/** One after the other, from payment 1 on. */
function consecutive(rules: readonly Rule[]): Body[] {
  let next = 1;
  return rules.map(({ length, ...rule }) => {
    const [paymentNumberFrom, paymentNumberTo] = [next, next + length - 1];
    next += length;
    return { ...rule, paymentNumberFrom, paymentNumberTo, currency: '980' };
  });
}

const rule: fc.Arbitrary<Rule> = fc.record({
  length: fc.integer({ min: 1, max: 500 }),
  intervalValue: fc.integer({ min: 1, max: 100 }),
  intervalUnit: fc.constantFrom('DAY', 'WEEK', 'MONTH'),
  coinAmount: fc.maxSafeInteger().filter((amount) => amount > 0),
});

const birthday = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2020-12-31'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10).split('-').reverse().join('.'));

/** Members that are right only together, seldom by chance, or only with hosts that this world has. */
export const KNOWN: KnownMembers = {
  senderBirthday: birthday,
  recipientBirthday: birthday,
  rules: fc.array(rule, { minLength: 1, maxLength: 3 }).map(consecutive),
  validationUrl: fc.constant('https://apple-pay-gateway.apple.com/paymentservices/startSession'),
};
