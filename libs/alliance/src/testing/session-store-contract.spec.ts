import {
  type BankSession,
  type FreshSession,
  InMemorySessionStore,
  parseSession,
  type RenewalRequest,
  serializeSession,
  SessionStore,
} from '../index.js';
import { sessionStoreContract } from './session-store-contract.js';

/** Runs the contract and gives the names of what a store breaks. */
async function broken(open: () => SessionStore): Promise<string[]> {
  const names: string[] = [];
  for (const { name, run } of sessionStoreContract(open)) {
    await run().catch(() => names.push(name));
  }
  return names;
}

describe('the contract of session stores', () => {
  const memory = new InMemorySessionStore();
  it.each(sessionStoreContract(() => memory).map(({ name, run }) => [name, run] as const))(
    'InMemorySessionStore %s',
    (_name, run) => run(),
  );

  /** A store that keeps text, and renews without a lock unless told otherwise. */
  class TextStore extends SessionStore {
    static texts = new Map<string, string>();
    write = (session: BankSession): string => serializeSession(session);
    read = (text: string): BankSession => parseSession(text);

    override load(accountId: string): Promise<BankSession | undefined> {
      const text = TextStore.texts.get(accountId);
      return Promise.resolve(text === undefined ? undefined : this.read(text));
    }
    override async replace(
      accountId: string,
      { stale }: RenewalRequest,
      authorize: () => Promise<FreshSession>,
    ): Promise<BankSession> {
      const stored = await this.load(accountId);
      if (stored && stored.version > stale) return stored;
      const session = { ...(await authorize()), version: Math.max(stored?.version ?? 0, stale) + 1 };
      TextStore.texts.set(accountId, this.write(session));
      return session;
    }
    override noteUndecryptable = (): Promise<boolean> => Promise.resolve(false);
    override noteDecrypted = (): Promise<void> => Promise.resolve();
  }
  class JsonStore extends TextStore {
    override write = (session: BankSession): string => JSON.stringify(session);
    override read = (text: string): BankSession => JSON.parse(text) as BankSession;
  }
  class ForgetfulStore extends TextStore {
    override write = (session: BankSession): string => serializeSession({ ...session, refreshToken: '[hidden]x' });
  }
  class EagerStore extends TextStore {
    override async replace(...[id, request, authorize]: Parameters<TextStore['replace']>): Promise<BankSession> {
      TextStore.texts.delete(id);
      return super.replace(id, request, authorize);
    }
  }
  class BlockingStore extends TextStore {
    override noteUndecryptable = (): Promise<boolean> => Promise.resolve(true);
  }
  class SharingStore extends TextStore {
    override load = (): Promise<BankSession | undefined> => super.load('everybody');
    override replace(...[, request, authorize]: Parameters<TextStore['replace']>): Promise<BankSession> {
      return super.replace('everybody', request, authorize);
    }
  }

  it.each<[string, () => SessionStore, RegExp]>([
    ['renews without a lock', () => new TextStore(), /^asks the bank once/],
    ['keeps JSON', () => new JsonStore(), /types and token included/],
    ['loses the token', () => new ForgetfulStore(), /types and token included/],
    ['throws the old session away first', () => new EagerStore(), /keeps the session that it had/],
    ['blocks at once', () => new BlockingStore(), /^blocks no account/],
    ['keeps one session for all', () => new SharingStore(), /^keeps accounts apart/],
  ])('is broken by a store that %s', async (_what, open, name) => {
    TextStore.texts.clear();
    expect(await broken(open)).toContainEqual(expect.stringMatching(name));
  });
});
