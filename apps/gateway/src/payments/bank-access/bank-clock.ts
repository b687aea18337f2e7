import { BankClock } from '#libs/alliance';

/** For the rooms that show it and may not reach the library. */
export { BankClock };
