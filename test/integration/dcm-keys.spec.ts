import { Logger } from '@nestjs/common';
import { DcmTokens, DcmVerifier, FixedKeySet } from '#libs/dcm';
import { KEY_TRANSITIONS } from '../../apps/gateway/src/dcm/domain/key-lifecycle.js';
import { signingKeyPlace } from '../../apps/gateway/src/dcm/store/stored-signing-keys.js';
import { aDcmConfig, type DcmParts, FakeKeyRegistry, startDcmParts } from './dcm-parts.js';
import { aKeystore, createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';

const keystore = aKeystore();

describe('our signing keys', () => {
  let database: MigratedDatabase;
  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await createMigratedDatabase();
  });
  afterAll(() => database.drop());

  /** A bank of its own in the shared database. */
  async function aBank(over = {}) {
    const config = aDcmConfig(over);
    const registry = new FakeKeyRegistry();
    const start = (): Promise<DcmParts> => startDcmParts({ database, keystore, registry, config });
    const parts = await start();
    const statuses = async (): Promise<string[]> =>
      (await parts.rows.list()).map(({ slot, status }) => `${slot} ${status}`);
    const pass = (column: string, seconds: number): Promise<unknown> =>
      database.query(
        `UPDATE dcm_signing_key SET ${column} = ${column} - make_interval(secs => $2) WHERE counterparty_guid = $1`,
        [config.counterpartyGuid, seconds],
      );
    return { config, registry, parts, start, statuses, pass };
  }
  const sign = ({ keys }: DcmParts): Promise<string> =>
    new DcmTokens({ keys }).authorization({ flow: 'sign-in', obj: 'o', sub: 's' });

  it('begin with one that is made, registered and tried before it signs', async () => {
    const { parts, registry, statuses, config } = await aBank();
    await expect(parts.keys.current()).rejects.toMatchObject({ code: 'DCM_CONFIGURATION', reason: 'no_signing_key' });
    await parts.keeper.tend();
    expect(await statuses()).toEqual(['A signing']);
    expect(registry.calls).toEqual(['accepts', 'register', 'find', 'accepts']);
    const { kid, publicJwk, privateKey } = await parts.keys.current();
    expect(kid).toMatch(/^test-bank-[\w-]{43}$/);
    expect(privateKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(Object.keys(publicJwk).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    await expect(new DcmVerifier(new FixedKeySet([publicJwk])).authorization(await sign(parts))).resolves.toBeDefined();
    const [row] = await parts.rows.list();
    const opened = await keystore.open(row!.privateSealed!, signingKeyPlace(config.counterpartyGuid, kid));
    expect(Buffer.from(opened).equals(privateKey.export({ format: 'der', type: 'pkcs8' }))).toBe(true);
  });

  it('are sealed for their own row, and no status shows the private half', async () => {
    const { parts, config } = await aBank();
    await parts.keeper.tend();
    const [row] = await parts.rows.list();
    for (const place of [
      signingKeyPlace(config.counterpartyGuid, 'another-key'),
      signingKeyPlace('another-counterparty', row!.id),
    ]) {
      await expect(keystore.open(row!.privateSealed!, place)).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
    }
    expect(JSON.stringify(await parts.keeper.status())).not.toMatch(/sealed"|"(?:[dpq]|dp|dq|qi)":/i);
  });

  it('rotate into the other record, leave the old one for an hour, then use it again', async () => {
    const { parts, registry, statuses, pass } = await aBank();
    await parts.keeper.tend();
    const first = (await parts.keys.current()).kid;
    await parts.keeper.rotate('cli');
    expect(await statuses()).toEqual(['A retiring', 'B signing']);
    expect((await parts.keys.current()).kid).not.toBe(first);
    expect((await parts.keys.publicJwks()).map(({ kid }) => kid)).toContain(first);
    expect([...registry.records.values()].map(({ kid }) => kid)).toContain(first); // still verifies at DCM
    await expect(parts.keeper.rotate('cli')).rejects.toMatchObject({ code: 'DCM_ROTATION_TOO_EARLY' });

    await pass('retiring_at', 3_590);
    await parts.keeper.tend();
    expect(await statuses()).toEqual(['A retiring', 'B signing']);
    await pass('retiring_at', 20);
    await parts.keeper.tend();
    expect(await statuses()).toEqual(['A retired', 'B signing']);
    expect((await parts.rows.list())[0]?.privateSealed).toBeNull();
    expect((await parts.keys.publicJwks()).map(({ kid }) => kid)).not.toContain(first);

    await parts.keeper.rotate('cli');
    expect(await statuses()).toEqual(['A retired', 'B retiring', 'A signing']);
    expect(registry.records.size).toBe(2);
    expect([...registry.records.values()].map(({ kid }) => kid)).not.toContain(first);
  });

  it('rotate by themselves when their time has come, and not before', async () => {
    const { parts, statuses, pass } = await aBank({ rotationDays: 90 });
    await parts.keeper.tend();
    await pass('signing_at', 90 * 86_400 - 60);
    await parts.keeper.tend();
    expect(await statuses()).toEqual(['A signing']);
    await pass('signing_at', 120);
    await parts.keeper.tend();
    expect(await statuses()).toEqual(['A retiring', 'B signing']);
  });

  const PLACES = ['accepts', 'register', 'replace', 'find'].flatMap((call) => [`${call}:before`, `${call}:after`]);
  it.each(PLACES)('go on where a process died at %s', async (place) => {
    const { parts, registry, start, statuses, pass } = await aBank();
    await parts.keeper.tend();
    if (place.startsWith('replace')) {
      await parts.keeper.rotate('cli');
      await pass('retiring_at', 4_000);
      await parts.keeper.tend();
    }
    const [records, before] = [registry.records.size, (await parts.keys.current()).kid];
    registry.breaks.push(place);
    await expect(parts.keeper.rotate('cli')).rejects.toThrow('broken');
    expect((await parts.keys.current()).kid).toBe(before); // the old key signs until the new one is proven
    expect((await parts.keeper.status()).failuresInARow).toBe(1);

    const successor = await start();
    await database.query(`UPDATE dcm_counterparty SET retry_at = '-infinity'`);
    await successor.keeper.tend();
    expect((await statuses()).filter((status) => /staged|published/.test(status))).toEqual([]);
    expect((await successor.keys.current()).kid).not.toBe(before);
    expect(registry.records.size).toBe(Math.min(records + 1, 2)); // never registered twice
    expect((await successor.keeper.status()).failuresInARow).toBe(0);
  });

  it('go on with the last step alone, when the process died before the switch', async () => {
    const { parts, registry, start, statuses } = await aBank();
    await parts.keeper.tend();
    await parts.rotation.stageNext('cli');
    await parts.rotation.step();
    expect(await statuses()).toEqual(['A signing', 'B published']);
    registry.calls.length = 0;
    await (await start()).keeper.tend();
    expect(await statuses()).toEqual(['A retiring', 'B signing']);
    expect(registry.calls).toEqual(['accepts']);
  });

  it('never switch to one that DCM does not take', async () => {
    const { parts, registry, statuses } = await aBank();
    await parts.keeper.tend();
    await parts.rotation.stageNext('cli');
    await parts.rotation.step();
    const coming = (await parts.rows.list()).find(({ status }) => status === 'published')!;
    for (const [guid, key] of registry.records) if (key.kid === coming.id) registry.records.delete(guid);
    await expect(parts.keeper.rotate('cli')).rejects.toMatchObject({ code: 'DCM_KEY_NOT_USABLE' });
    expect(await statuses()).toEqual(['A signing', 'B published']);
  });

  it('wait after a failure, longer each time, unless a person asks', async () => {
    const { parts, registry } = await aBank();
    registry.breaks.push('register:before', 'register:before');
    await expect(parts.keeper.tend()).rejects.toThrow('broken');
    await parts.keeper.tend(); // too early: does nothing
    expect(registry.calls.filter((call) => call === 'register')).toHaveLength(1);
    await expect(parts.keeper.rotate('cli')).rejects.toThrow('broken');
    const { failuresInARow, lastError, nextAttemptAt } = await parts.keeper.status();
    expect([failuresInARow, lastError]).toEqual([2, 'Error']);
    expect(nextAttemptAt!.getTime()).toBeGreaterThan(Date.now() + 10_000);
  });

  it('are replaced in their own record when somebody else has them', async () => {
    const { parts, registry, statuses } = await aBank();
    await parts.keeper.tend();
    const bad = (await parts.keys.current()).kid;
    await parts.keeper.replace('cli');
    expect(await statuses()).toEqual(['A retired', 'A signing']);
    expect([...registry.records.values()].map(({ kid }) => kid)).not.toContain(bad);
    expect((await parts.keys.publicJwks()).map(({ kid }) => kid)).not.toContain(bad);
    expect((await parts.rows.list())[0]?.privateSealed).toBeNull();
  });

  it('are replaced also while retiring, or while another rotation hangs', async () => {
    const { parts, registry, statuses } = await aBank();
    await parts.keeper.tend();
    const bad = (await parts.keys.current()).kid;
    await parts.keeper.rotate('cli');
    registry.breaks.push('find:before');
    await expect(parts.keeper.replace('cli', bad)).rejects.toThrow('broken');
    await parts.keeper.replace('cli', bad);
    expect(await statuses()).toEqual(['A retired', 'B retiring', 'A retired', 'A signing']);
    expect([...registry.records.values()].map(({ kid }) => kid)).not.toContain(bad);
    await expect(parts.keeper.replace('cli', bad)).rejects.toMatchObject({ code: 'DCM_KEY_NOT_FOUND' });
  });

  it('are worked on by one process at a time', async () => {
    const { registry, start, statuses } = await aBank();
    const replicas = await Promise.all([start(), start(), start()]);
    await Promise.all(replicas.map(({ keeper }) => keeper.tend()));
    await replicas[0].keeper.tend();
    expect(await statuses()).toEqual(['A signing']);
    expect(registry.records.size).toBe(1);
  });

  it('belong to their counterparty', async () => {
    const [one, other] = [await aBank(), await aBank()];
    await one.parts.keeper.tend();
    expect(await other.statuses()).toEqual([]);
  });

  it('cannot make an illegal move even by plain SQL', async () => {
    const { parts, config } = await aBank();
    await parts.keeper.tend();
    const statuses = Object.keys(KEY_TRANSITIONS) as (keyof typeof KEY_TRANSITIONS)[];
    for (const from of statuses) {
      for (const to of statuses) {
        await database.query('ALTER TABLE dcm_signing_key DISABLE TRIGGER USER');
        await database.query('UPDATE dcm_signing_key SET status = $2 WHERE counterparty_guid = $1', [
          config.counterpartyGuid,
          from,
        ]);
        await database.query('ALTER TABLE dcm_signing_key ENABLE TRIGGER USER');
        const moving = database.query('UPDATE dcm_signing_key SET status = $2 WHERE counterparty_guid = $1', [
          config.counterpartyGuid,
          to,
        ]);
        const outcome = await moving.then(
          () => 'moved',
          (error: unknown) => (error as { code: string }).code,
        );
        const isLegal = from === to || (KEY_TRANSITIONS[from] as readonly string[]).includes(to);
        expect([from, to, outcome]).toEqual([from, to, isLegal ? 'moved' : '23514']);
      }
    }
  });
});
