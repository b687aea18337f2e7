import { startStack } from '../support/stack.js';
import { EXPECTATIONS } from './expectations.js';

it('every personality of the bank has an expectation', async () => {
  const stack = await startStack({ withShop: false });
  try {
    const { known } = await stack.bank.personalities();
    expect(known.map(({ name }) => name).sort()).toEqual(Object.keys(EXPECTATIONS).sort());
  } finally {
    await stack.stop();
  }
}, 60_000);
