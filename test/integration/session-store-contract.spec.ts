import { type SessionStore } from '#libs/alliance';
import { MerchantAccountRepository } from '../../apps/gateway/src/accounts/merchant-account.repository.js';
import { MerchantAccountsService } from '../../apps/gateway/src/accounts/merchant-accounts.service.js';
import { PgSessionStore } from '../../apps/gateway/src/payments/bank-access/pg-session.store.js';
import { sessionStoreContract } from '../../libs/alliance/src/testing/index.js';
import { aKeystore, anAccount, createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';

/** What the library promises of every store, of the one that the gateway has. */
describe('PgSessionStore keeps the contract of session stores', () => {
  let database: MigratedDatabase;
  let stores: readonly PgSessionStore[];
  let newAccount: () => Promise<string>;
  /** The contract makes up ids; rows of sessions belong to accounts. */
  const accounts = new Map<string, Promise<string>>();
  let opened = 0;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    const keystore = aKeystore();
    const sources = [await database.connect(), await database.connect()] as const;
    stores = sources.map((source) => new PgSessionStore(source, keystore));
    const service = new MerchantAccountsService(new MerchantAccountRepository(sources[0]), keystore);
    newAccount = () => anAccount(service, { bankMerchantId: `merchant-${accounts.size}` });
  });
  afterAll(() => database.drop());

  function accountOf(name: string): Promise<string> {
    const known = accounts.get(name) ?? newAccount();
    accounts.set(name, known);
    return known;
  }

  /** Each over a pool of its own, in turn, as in two processes. */
  function open(): SessionStore {
    const store = stores[opened++ % stores.length]!;
    return {
      pacesRenewals: store.pacesRenewals,
      load: async (name) => store.load(await accountOf(name)),
      replace: async (name, request, authorize) => store.replace(await accountOf(name), request, authorize),
      noteUndecryptable: async (name, version) => store.noteUndecryptable(await accountOf(name), version),
      noteDecrypted: async (name) => store.noteDecrypted(await accountOf(name)),
    };
  }

  it.each(sessionStoreContract(open))('it $name', ({ run }) => run());
});
