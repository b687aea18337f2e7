import { randomUUID } from 'node:crypto';
import { type SigningKey, thumbprintOf } from '#libs/dcm';
import { AuditRepository } from '../../apps/gateway/src/audit/audit.repository.js';
import { AuditService } from '../../apps/gateway/src/audit/audit.service.js';
import { type DcmConfig } from '../../apps/gateway/src/config/dcm-config.js';
import { BankAuthLimits } from '../../apps/gateway/src/dcm/bank-auth/bank-auth-limits.js';
import { BankAuthService } from '../../apps/gateway/src/dcm/bank-auth/bank-auth.service.js';
import { DecisionLog } from '../../apps/gateway/src/dcm/bank-auth/decision-log.service.js';
import { AccessService } from '../../apps/gateway/src/dcm/operators/access.service.js';
import { SigningKeysService } from '../../apps/gateway/src/dcm/signing/signing-keys.service.js';
import { KeyRegistry } from '../../apps/gateway/src/dcm/signing/key-registry.js';
import { KeyRotationService } from '../../apps/gateway/src/dcm/signing/key-rotation.service.js';
import { AccessListsRepository } from '../../apps/gateway/src/dcm/store/access-lists.repository.js';
import { AccessRepository } from '../../apps/gateway/src/dcm/store/access.repository.js';
import { CounterpartyRepository } from '../../apps/gateway/src/dcm/store/counterparty.repository.js';
import { DecisionRepository } from '../../apps/gateway/src/dcm/store/decision.repository.js';
import { StoredIssuedTokens } from '../../apps/gateway/src/dcm/store/issued-tokens.store.js';
import { ObjectSecrets } from '../../apps/gateway/src/dcm/store/object-secrets.js';
import { SigningKeyRepository } from '../../apps/gateway/src/dcm/store/signing-key.repository.js';
import { StoredSigningKeys } from '../../apps/gateway/src/dcm/store/stored-signing-keys.js';
import { type Keystore } from '#libs/keystore';
import { type MigratedDatabase } from './gateway-parts.js';

export const aDcmConfig = (over: Partial<DcmConfig> = {}): DcmConfig => ({
  baseUrl: 'https://dcm.example',
  counterpartyGuid: randomUUID(),
  employee: undefined,
  kidPrefix: 'test-bank',
  rotationDays: 90,
  matchIssued: false,
  acceptForwarded: false,
  allowHttp: false,
  authRate: 1_000_000,
  authSubjectRate: 1_000_000,
  bankCode: undefined,
  merchantUid: undefined,
  keyWrap: undefined,
  ...over,
});

/** DCM's key records in memory. Breaks where it is told to, before or after the deed. */
export class FakeKeyRegistry extends KeyRegistry {
  readonly records = new Map<string, SigningKey>();
  /** `register:before`, `replace:after`, `find:before` and so on; each breaks once. */
  readonly breaks: string[] = [];
  readonly calls: string[] = [];

  override accepts(key: SigningKey): Promise<boolean> {
    return this.run('accepts', () => [...this.records.values()].some((held) => same(held, key)));
  }
  override find(key: SigningKey): Promise<string | undefined> {
    return this.run('find', () => [...this.records].find(([, held]) => same(held, key))?.[0]);
  }
  override register(key: SigningKey): Promise<void> {
    return this.run('register', () => void this.records.set(randomUUID(), key));
  }
  override replace(guid: string, key: SigningKey): Promise<void> {
    return this.run('replace', () => {
      if (!this.records.has(guid)) throw new Error('no such record');
      this.records.set(guid, key);
    });
  }

  private run<T>(call: string, deed: () => T): Promise<T> {
    this.calls.push(call);
    return Promise.resolve().then(() => {
      this.breakAt(`${call}:before`);
      const result = deed();
      this.breakAt(`${call}:after`);
      return result;
    });
  }

  private breakAt(place: string): void {
    const index = this.breaks.indexOf(place);
    if (index < 0) return;
    this.breaks.splice(index, 1);
    throw new Error(`broken ${place}`);
  }
}

const same = (a: SigningKey, b: SigningKey): boolean =>
  a.kid === b.kid && thumbprintOf(a.publicJwk) === thumbprintOf(b.publicJwk);

export interface DcmPartsOptions {
  readonly database: MigratedDatabase;
  readonly keystore: Keystore;
  readonly registry: FakeKeyRegistry;
  readonly config: DcmConfig;
}

/** The services of one process over a database. */
export async function startDcmParts({ database, keystore, registry, config }: DcmPartsOptions) {
  const source = await database.connect(5);
  const counterparty = new CounterpartyRepository(source, config);
  await counterparty.ensure();
  const audit = new AuditService(new AuditRepository(source));
  const rows = new SigningKeyRepository(source, config);
  const keys = new StoredSigningKeys(rows, keystore, config);
  const rotation = new KeyRotationService(rows, keys, registry, audit, config);
  const decisions = new DecisionRepository(source, config);
  const log = new DecisionLog(decisions);
  const secrets = new ObjectSecrets(keystore);
  const access = new AccessRepository(source, config);
  const limits = new BankAuthLimits(config);
  return {
    ...{ source, counterparty, rows, keys, rotation, decisions, log, secrets },
    keeper: new SigningKeysService(counterparty, rows, rotation),
    access: new AccessService(new AccessListsRepository(source, config), secrets, config),
    service: new BankAuthService(limits, access, secrets, log, config),
    issued: new StoredIssuedTokens(source, config),
  };
}
export type DcmParts = Awaited<ReturnType<typeof startDcmParts>>;
