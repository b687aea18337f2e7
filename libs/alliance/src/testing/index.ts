/** For tests of an application: a bank on a real socket, sessions, and a contract for stores of one's own. */
export { type BankRequest, type Behaviour, errorReply, FakeBank, type Reply } from './fake-bank.js';
export { MemoryRedis } from './memory-redis.js';
export { type ContractCase, sessionStoreContract } from './session-store-contract.js';
export { type SignedReply, type SignedRequest, SigningBank } from './signing-bank.js';
export { testSession } from './test-session.js';
