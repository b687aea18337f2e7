import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compactVerify, createLocalJWKSet } from 'jose';
import { CallbackKeepingService } from '../../apps/gateway/src/callbacks/callback-keeping.service.js';
import { KekRotationService } from '../../apps/gateway/src/keys/kek-rotation.service.js';
import { EnvelopeKeystore, generateLocalKeys, LocalKekProvider } from '#libs/keystore';
import { TOOLS } from '../../apps/gateway/src/app/commands.js';
import { runCli } from '../../apps/gateway/src/cli/run-cli.js';
import { SEALED_COLUMNS } from '../../apps/gateway/src/app/sealed-columns.js';
import { NoKekFile } from '../../apps/gateway/src/keys/kek-file.js';
import { SealedValuesRepository } from '../../apps/gateway/src/keys/sealed-values.repository.js';
import { MerchantAccountsService } from '../../apps/gateway/src/accounts/merchant-accounts.service.js';
import { PaymentLinks } from '../../apps/gateway/src/payments/bank/payment-links.js';
import { PaymentSyncService } from '../../apps/gateway/src/payments/engine/payment-sync.service.js';
import { type PaymentProof, type ProofKeySet } from '../../apps/gateway/src/proof/statement.js';
import { readProof } from '../../apps/gateway/src/proof/verify-proof.js';
import { aPaymentRequest } from '../support/gateway-client.js';
import { aBankRefund, paid } from './fake-payment-bank.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, OPS_KEY, startGateway, type WholeGateway } from './whole-gateway.js';

const OLD = generateLocalKeys();
const NEW_KEK = 'kek_new_v2';
const BOTH = { current: NEW_KEK, keys: { ...OLD.keys, [NEW_KEK]: Buffer.alloc(32, 7).toString('base64url') } };
const CALLBACK = Buffer.from('{"hppOrderId":"what the bank posted"}');

let database: MigratedDatabase;
let gateway: WholeGateway;
let account: NewAccount;
let payment: string;
let refund: string;

beforeAll(async () => {
  database = await createMigratedDatabase();
  gateway = await startGateway(database, { keks: LocalKekProvider.from(OLD) });
  account = await addAccount(gateway);
  await payAndGiveBack();
});
afterAll(async () => {
  await gateway.app.close();
  await database.drop();
});

/** A payment that is paid, called back about twice, and given back in part. */
async function payAndGiveBack(): Promise<void> {
  const { call, bank, app } = gateway;
  const key = account.apiKey;
  const customer = { id: 'customer-9', firstName: 'Олена', lastName: 'Секретна', email: 'olena@secret.example' };
  const body = aPaymentRequest({ reference: 'order-7', amount: 1_000, description: 'private words', customer });
  payment = (await call('POST', '/v1/payments', { key, body })).body['id'] as string;
  const { merchantId } = { merchantId: account.bankMerchantId };
  const shown = { cardMask: '411111******1111', processedAt: new Date('2026-11-26T10:00:00Z') };
  bank.onReadOrder = paid({ amount: 1_000, merchantId, operationId: 'bank-operation-1', rrn: '629812000001', shown });
  const opened = await app.get(MerchantAccountsService).open(account.id);
  const path = new URL(app.get(PaymentLinks).callbackUrl(opened, payment)).pathname;
  for (const time of [1, 2])
    expect([time, (await app.inject({ method: 'POST', url: path, payload: CALLBACK })).statusCode]).toEqual([
      time,
      200,
    ]);
  await app.get(PaymentSyncService).syncWithBank(account.id, payment);
  bank.onRefund = ({ merchantRequestId }) => ({
    kind: 'answered',
    facts: aBankRefund(merchantRequestId, { amount: 400, merchantId, ecomOperationId: 'ecom-1' }),
  });
  const given = await call('POST', `/v1/payments/${payment}/refunds`, { key, body: { amount: 400 } });
  refund = given.body['id'] as string;
  expect(given.body['status']).toBe('succeeded');
}

const prove = async (from = gateway): Promise<{ text: string; proof: PaymentProof }> => {
  const answer = await from.call('GET', `/v1/payments/${payment}/proof`, { key: account.apiKey });
  expect(answer.status).toBe(200);
  return { text: answer.text, proof: JSON.parse(answer.text) as PaymentProof };
};
const keySet = async (from = gateway): Promise<ProofKeySet> =>
  JSON.parse((await from.call('GET', '/.well-known/proof-keys.json')).text) as ProofKeySet;
const signing = () =>
  database.query<{ id: string; sealed: string }>(
    'SELECT id, private_sealed AS sealed FROM proof_key WHERE retired_at IS NULL',
  );

describe('the proof of a payment', () => {
  it('says what happened, what the bank said and to which question', async () => {
    const { proof } = await prove();
    const { statement } = proof;
    const [orders] = await database.query<{ order: string; request: string }>(
      `SELECT bank_order_id AS order, merchant_request_id AS request FROM operation WHERE subject_id = $1 AND kind = 'purchase'`,
      [payment],
    );
    expect(statement).toMatchObject({
      ...{ merchantAccountId: account.id, livemode: false },
      payment: {
        ...{ id: payment, status: 'succeeded', reference: 'order-7', amount: 1_000, currency: 'UAH' },
        ...{ amountCaptured: 1_000, amountRefunded: 400, cardMask: '411111******1111', rrn: '629812000001' },
      },
      operations: [
        {
          ...{ kind: 'purchase', status: 'succeeded', merchantId: account.bankMerchantId, hppOrderId: orders!.order },
          ...{ merchantRequestId: orders!.request, operationId: 'bank-operation-1' },
          evidence: { how: 'query', by: 'hppOrderId', id: orders!.order },
        },
        {
          ...{ id: refund, kind: 'refund', status: 'succeeded', amount: 400 },
          evidence: { how: expect.stringMatching(/answer|query/u) as string, by: 'merchantRequestId' },
        },
      ],
      callbacks: [{ deliveries: 2, sha256: createHash('sha256').update(CALLBACK).digest('hex') }],
      leftOut: { history: 0, callbacks: 0 },
    });
    expect(statement.operations[1]!.evidence!.id).toBe(statement.operations[1]!.merchantRequestId);
    expect(statement.history.map(({ to }) => to)).toEqual(
      expect.arrayContaining(['requires_action', 'succeeded']) as string[],
    );
  });

  it('has hashes that anybody with the database makes again', async () => {
    const { statement } = (await prove()).proof;
    const rows = await database.query<{ hash: string }>(
      `SELECT encode(sha256(convert_to(evidence::text, 'UTF8')), 'hex') AS hash FROM history
       WHERE subject_id = $1 AND evidence IS NOT NULL ORDER BY number`,
      [payment],
    );
    expect(rows.length).toBeGreaterThan(3);
    const told = statement.history.flatMap(({ evidence }) => evidence ?? []);
    expect(told.map(({ sha256 }) => sha256)).toEqual(rows.map(({ hash }) => hash));
    for (const { text, sha256 } of [...told, ...statement.operations.flatMap(({ evidence }) => evidence ?? [])])
      expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
  });

  it('holds nothing of the customer, and none of the merchant’s own words', async () => {
    const { proof } = await prove();
    const text = JSON.stringify(proof.statement) + Buffer.from(proof.jws.split('.')[1]!, 'base64url').toString();
    for (const secret of ['customer-9', 'Олена', 'Секретна', 'secret.example', 'private words', 'shop.example/return'])
      expect(text).not.toContain(secret);
    // No run of digits as long as a card number, but within a hash or an id.
    expect(text).not.toMatch(/(?<![0-9a-f])\d{13,19}(?![0-9a-f])/u);
  });

  it('is verified by another JOSE library, with the keys that are shown', async () => {
    const { proof } = await prove();
    const keys = createLocalJWKSet(await keySet());
    const { payload, protectedHeader } = await compactVerify(proof.jws, keys, { algorithms: ['ES256'] });
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: (await signing())[0]!.id, typ: 'payment-proof+json' });
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(proof.statement);
  });

  it('is verified at the command line, where no installation is opened', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'proof-'));
    try {
      const [file, keys] = [join(folder, 'proof.json'), join(folder, 'keys.json')];
      writeFileSync(file, (await prove()).text);
      writeFileSync(keys, JSON.stringify(await keySet()));
      const lines: string[] = [];
      const code = await runCli(['proof', 'verify', file, '--keys', keys], {
        commands: [],
        open: () => Promise.reject(new Error('an installation was opened')),
        tools: TOOLS,
        terminal: () => ({ env: {}, print: (line) => void lines.push(line), signal: new AbortController().signal }),
      });
      expect([code, lines.at(-1)]).toEqual([0, expect.stringMatching(/^PROVEN/u)]);
      expect(lines.join('\n')).toContain(`Payment ${payment} of merchant account ${account.id}: succeeded`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(['pay_00000000000000000000000000000000', 'nothing'])('of %s is none', async (id) => {
    const answer = await gateway.call('GET', `/v1/payments/${id}/proof`, { key: account.apiKey });
    expect(answer).toMatchObject({ status: 404, body: { code: 'PAYMENT_NOT_FOUND' } });
  });
});

it('a callback is opened for operators, to make its hash again', async () => {
  const [{ id, sha256 } = { id: '', sha256: '' }] = (await prove()).proof.statement.callbacks;
  const { body } = await gateway.app
    .get(CallbackKeepingService, { strict: false })
    .open(account.id, id)
    .then(({ bodyBase64, ...kept }) => ({ kept, body: Buffer.from(bodyBase64, 'base64') }));
  expect(body).toEqual(CALLBACK);
  expect(createHash('sha256').update(body).digest('hex')).toBe(sha256);
});

describe('the key of proofs', () => {
  it('is made once, however many processes need it at the same time', async () => {
    await database.query('DELETE FROM proof_key');
    const other = await startGateway(database, { keks: LocalKekProvider.from(OLD) });
    try {
      const proofs = await Promise.all([...Array.from({ length: 6 }, (_none, at) => prove(at % 2 ? other : gateway))]);
      expect(await signing()).toHaveLength(1);
      const keys = await keySet();
      expect(keys.keys).toHaveLength(1);
      for (const { text } of proofs) expect(readProof(text, keys).key).toEqual(keys.keys[0]);
    } finally {
      await other.app.close();
    }
  });

  it('is put in another’s place at once: old proofs go on verifying, and the old private half is gone', async () => {
    const before = await prove();
    const [old] = await signing();
    const answer = await gateway.call('POST', '/ops/proof-keys/rotate', { key: OPS_KEY });
    expect(answer.status).toBe(200);
    const after = await prove();
    const keys = await keySet();
    expect(keys.keys.map(({ retiredAt }) => retiredAt === null)).toEqual([true, false]);
    expect(readProof(before.text, keys).kid).toBe(old!.id);
    expect(readProof(after.text, keys).kid).toBe(keys.keys[0]!.kid);
    expect(await database.query('SELECT private_sealed AS sealed FROM proof_key WHERE id = $1', [old!.id])).toEqual([
      { sealed: null },
    ]);
    expect(() => readProof(after.text, { keys: keys.keys.slice(1) })).toThrow(/not in the key set/u);
  });

  it('that two operators replace at once leaves one that signs', async () => {
    const rotate = () => gateway.call('POST', '/ops/proof-keys/rotate', { key: OPS_KEY });
    const statuses = await Promise.all([rotate(), rotate(), rotate()]);
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await signing()).toHaveLength(1);
    expect(readProof((await prove()).text, await keySet())).toBeDefined();
  });

  it('goes on signing under another KEK', async () => {
    const before = await prove();
    const keks = LocalKekProvider.from(BOTH);
    const values = new SealedValuesRepository(await database.connect(2), SEALED_COLUMNS);
    const rotation = new KekRotationService(values, new EnvelopeKeystore(keks), keks, new NoKekFile(), SEALED_COLUMNS);
    await rotation.rotate(() => undefined, false);
    expect((await signing())[0]!.sealed.split('.')[1]).toBe(NEW_KEK);
    const later = await startGateway(database, { keks: LocalKekProvider.from(BOTH) });
    try {
      expect(readProof((await prove(later)).text, await keySet(later)).kid).toBe(
        readProof(before.text, await keySet()).kid,
      );
    } finally {
      await later.app.close();
    }
  });
});
