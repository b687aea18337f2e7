import { type Sealed } from '#libs/keystore';
import { SessionRows } from '../../apps/gateway/src/payments/bank-access/session-rows.store.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, startGateway } from './whole-gateway.js';

const CLAIM = { stale: 0, refused: false, onlyIfDue: false };

/** Who may take an account out of use, and who may bring it back. */
describe('a block', () => {
  let database: MigratedDatabase;
  let rows: SessionRows;
  let account: string;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    rows = new SessionRows(await database.connect(2), 8);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    const gateway = await startGateway(database);
    account = (await addAccount(gateway)).id;
    await gateway.app.close();
  });

  const row = async () =>
    (
      await database.query(
        'SELECT blocked_by AS by, blocked_reason AS reason, version FROM bank_session WHERE merchant_account_id = $1',
        [account],
      )
    )[0];
  const probeNow = () =>
    database.query(
      `UPDATE bank_session SET probe_at = clock_timestamp() - interval '1 s', lease_until = '-infinity', retry_at = '-infinity'`,
    );
  /** A renewal that was under way goes through. */
  async function renewed(claimed: { epoch: number } | undefined): Promise<boolean> {
    const session = {
      ...{ deviceId: 'd', refreshToken: 'r', obtainedAt: new Date(), expiresAt: new Date(Date.now() + 86_400_000) },
      serverPublic: { kty: 'EC', crv: 'P-384', x: 'x', y: 'y' } as const,
    };
    return rows.publish(account, { epoch: claimed!.epoch, version: 1, sealed: 'sealed' as Sealed, session });
  }

  it('of an operator stays, whatever the bank says and however a renewal ends', async () => {
    const claimed = await rows.claim(account, CLAIM);
    await rows.block(account, 'operator', 'contract ended');
    expect(await renewed(claimed)).toBe(true);
    expect(await row()).toEqual({ by: 'operator', reason: 'contract ended', version: 1 });
    await rows.block(account, 'bank', 'b_auth_token_expired');
    expect(await row()).toMatchObject({ by: 'operator', reason: 'contract ended' });
  });

  it('of an operator is not probed', async () => {
    await rows.block(account, 'operator', 'contract ended');
    await probeNow();
    expect(await rows.claim(account, CLAIM)).toBeUndefined();
    expect(await rows.read(account)).toMatchObject({ blockedBy: 'operator', probeDue: false });
  });

  it('of the bank is probed when it is time, and lifted by a renewal', async () => {
    await rows.block(account, 'bank', 'b_auth_token_expired');
    expect(await rows.claim(account, CLAIM)).toBeUndefined();
    await probeNow();
    const claimed = await rows.claim(account, CLAIM);
    expect(claimed).toMatchObject({ epoch: 1 });
    expect(await renewed(claimed)).toBe(true);
    expect(await row()).toEqual({ by: null, reason: null, version: 1 });
  });

  it('of the bank gives way to one of an operator', async () => {
    await rows.block(account, 'bank', 'b_auth_token_expired');
    await rows.block(account, 'operator', 'contract ended');
    expect(await row()).toMatchObject({ by: 'operator', reason: 'contract ended' });
  });

  it('is lifted by an operator, once', async () => {
    await rows.block(account, 'operator', 'contract ended');
    expect([await rows.unblock(account), await rows.unblock(account)]).toEqual([true, false]);
    expect(await rows.claim(account, CLAIM)).toMatchObject({ epoch: 1 });
  });
});
