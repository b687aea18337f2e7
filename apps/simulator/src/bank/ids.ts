import { randomBytes, randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** 13-digit epoch milliseconds and 11 nanoid characters: the form of hppOrderId and operationId. */
export const newBankId = (now: number): string => {
  let tail = '';
  for (const byte of randomBytes(11)) tail += ALPHABET.charAt(byte & 63);
  return String(now).padStart(13, '0') + tail;
};

const DAY_MS = 86_400_000;
let sequence = randomInt(1_000_000);

/** 12 digits: last digit of the year, day of the year (3), hour UTC (2), sequence (6). */
export const newRrn = (now: number): string => {
  const date = new Date(now);
  const day = Math.floor((now - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
  sequence = (sequence + 1) % 1_000_000;
  const pad = (n: number, width: number): string => String(n).padStart(width, '0');
  return `${date.getUTCFullYear() % 10}${pad(day, 3)}${pad(date.getUTCHours(), 2)}${pad(sequence, 6)}`;
};

/** 6 digits, may start with 0. */
export const newApprovalCode = (): string => String(randomInt(1_000_000)).padStart(6, '0');
