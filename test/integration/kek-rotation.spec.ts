import { randomBytes } from 'node:crypto';
import { EnvelopeKeystore, generateLocalKeys, type Keystore, LocalKekProvider } from '#libs/keystore';
import { SEALED_COLUMNS } from '../../apps/gateway/src/app/sealed-columns.js';
import { NoKekFile } from '../../apps/gateway/src/keys/kek-file.js';
import { KekRotationService } from '../../apps/gateway/src/keys/kek-rotation.service.js';
import { SealedValuesRepository } from '../../apps/gateway/src/keys/sealed-values.repository.js';
import { accountPlace } from '../../apps/gateway/src/accounts/merchant-accounts.service.js';
import { customerPlace } from '../../apps/gateway/src/payments/engine/customer-vault.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';

const OLD = generateLocalKeys();
const NEW_ID = 'kek_new_v2';
const BOTH = { current: NEW_ID, keys: { ...OLD.keys, [NEW_ID]: randomBytes(32).toString('base64url') } };
const keystoreOf = (keys: typeof BOTH | typeof OLD): Keystore => new EnvelopeKeystore(LocalKekProvider.from(keys));

interface Row {
  readonly account: string;
  readonly id: string;
  readonly sealed: string;
}

/** More rows than one batch of a rotation, in accounts that lie across the edges of batches. */
describe('a rotation of many rows', () => {
  let database: MigratedDatabase;
  let rotation: KekRotationService;
  let values: SealedValuesRepository;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    values = new SealedValuesRepository(await database.connect(2), SEALED_COLUMNS);
    const keks = LocalKekProvider.from(BOTH);
    rotation = new KekRotationService(values, new EnvelopeKeystore(keks), keks, new NoKekFile(), SEALED_COLUMNS);
  });
  afterAll(() => database.drop());
  beforeEach(() => database.query('TRUNCATE payment, merchant_account CASCADE'));

  /** Payments of three accounts, with equal ids in each, sealed under the old KEK. */
  async function payments(count: number): Promise<Row[]> {
    const keystore = keystoreOf(OLD);
    const rows = await Promise.all(
      Array.from({ length: count }, async (_none, n): Promise<Row> => {
        const [account, id] = [`acc_${n % 3}`, `pay_${String(Math.floor(n / 3)).padStart(6, '0')}`];
        return { account, id, sealed: await keystore.seal(Buffer.from(`customer ${n}`), customerPlace(account, id)) };
      }),
    );
    for (const account of ['acc_0', 'acc_1', 'acc_2']) {
      const sealed = (column: string) => keystore.seal(Buffer.from('x'), accountPlace(account, 1, column));
      await database.query(
        `INSERT INTO merchant_account (id, version, name, environment, base_url, bank_merchant_id, service_code_sealed,
                                       account_secret_sealed, protocol_version, payment_types)
         VALUES ($1, 1, 'x', 'test', 'https://bank.example', $1, $2, $3, '1.0', '{hosted_page}')`,
        [account, await sealed('serviceCode'), await sealed('accountSecret')],
      );
    }
    await database.query(
      `INSERT INTO payment (merchant_account_id, id, kind, method, status, amount, currency, livemode, return_url, language,
                            expires_in_minutes, customer_sealed)
       SELECT account, id, 'purchase', 'hosted_page', 'created', 1, 'UAH', false, 'https://shop.example', 'uk', 60, sealed
       FROM unnest($1::text[], $2::text[], $3::text[]) AS p (account, id, sealed)`,
      [rows.map(({ account }) => account), rows.map(({ id }) => id), rows.map(({ sealed }) => sealed)],
    );
    return rows;
  }

  it.each([499, 500, 501, 1_000, 1_203])(
    'of %i rows leaves none behind, and each opens as before',
    async (count) => {
      const rows = await payments(count);
      const done: number[] = [];
      const proof = await rotation.rotate(({ table, rewrapped }) => {
        if (table === 'payment') done.push(rewrapped);
      }, false);
      expect(proof).toMatchObject({ currentKek: NEW_ID, rowsUnderOthers: 0 });
      expect(done.at(-1)).toBe(count);
      const keystore = keystoreOf(BOTH);
      const after = await database.query<Row & Record<string, unknown>>(
        'SELECT merchant_account_id AS account, id, customer_sealed AS sealed FROM payment',
      );
      expect(after).toHaveLength(count);
      const texts = await Promise.all(
        after.map(async ({ account, id, sealed }) => {
          expect(keystore.kekIdOf(sealed)).toBe(NEW_ID);
          return Buffer.from(await keystore.open(sealed, customerPlace(account, id))).toString();
        }),
      );
      expect(new Set(texts)).toEqual(new Set(rows.map((_row, n) => `customer ${n}`)));
    },
    60_000,
  );

  it('rewraps in one pass: what stands still needs no second one', async () => {
    await payments(1_001);
    const batches: number[] = [];
    await rotation.rotate(({ table, rewrapped }) => {
      if (table === 'payment') batches.push(rewrapped);
    }, false);
    expect(batches).toEqual([500, 1_000, 1_001]);
  }, 60_000);

  it('never overwrites a value that somebody stored meanwhile', async () => {
    const [row] = await payments(1);
    const newer = await keystoreOf(BOTH).seal(Buffer.from('newer'), customerPlace(row!.account, row!.id));
    const column = {
      table: 'payment',
      column: 'customer_sealed',
      account: 'merchant_account_id',
      id: 'id',
      version: '1',
    };
    const source = { ...column, place: () => customerPlace(row!.account, row!.id) };
    const [read] = await values.notUnder(NEW_ID, source, undefined, 10);
    await database.query('UPDATE payment SET customer_sealed = $1', [newer]);
    const rewrapped = await keystoreOf(BOTH).rewrap(read!.sealed, source.place());
    expect(await values.replace(source, [{ ...read!, rewrapped }])).toBe(0);
    expect(await database.query('SELECT customer_sealed AS sealed FROM payment')).toEqual([{ sealed: newer }]);
  });

  it('refuses to retire while one row of many is left', async () => {
    await payments(3);
    await expect(rotation.retireOlder()).rejects.toMatchObject({ code: 'ROTATION_UNFINISHED' });
    await rotation.rotate(() => undefined, false);
    await expect(rotation.retireOlder()).resolves.toEqual([]);
  });
});
