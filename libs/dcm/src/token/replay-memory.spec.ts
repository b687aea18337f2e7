import { NOW } from '../../test/raw-token.js';
import { InMemoryReplayMemory, type TokenUse } from '../index.js';

const aUse = (over: Partial<TokenUse> = {}): TokenUse => ({ signer: 's', kid: 'k', jti: 'j', ...over });

describe('InMemoryReplayMemory', () => {
  let now = NOW;
  const at = (seconds: number): Date => new Date((NOW + seconds) * 1000);
  const aMemory = (maxEntries?: number): InMemoryReplayMemory =>
    new InMemoryReplayMemory(() => new Date(now * 1000), maxEntries);
  beforeEach(() => {
    now = NOW;
  });

  it('takes a use once, until its time is over', async () => {
    const memory = aMemory();
    expect(await memory.claim(aUse(), at(10))).toBe(true);
    expect(await memory.claim(aUse(), at(10))).toBe(false);
    now += 10;
    expect(await memory.claim(aUse(), at(20))).toBe(true);
  });

  it('cannot be led to take two uses for one', async () => {
    const memory = aMemory();
    const uses = [aUse({ kid: 'k","j' }), aUse({ jti: 'j","j' }), aUse({ signer: 's,k' }), aUse({ jti: '__proto__' })];
    for (const use of uses) expect(await memory.claim(use, at(10))).toBe(true);
  });

  it('refuses when it is full, and has room again when uses expire', async () => {
    const memory = aMemory(2);
    await memory.claim(aUse({ jti: '1' }), at(5));
    await memory.claim(aUse({ jti: '2' }), at(50));
    expect(await memory.claim(aUse({ jti: '3' }), at(50))).toBe(false);
    now += 5;
    expect(await memory.claim(aUse({ jti: '3' }), at(50))).toBe(true);
    expect(await memory.claim(aUse({ jti: '2' }), at(50))).toBe(false);
  });
});
