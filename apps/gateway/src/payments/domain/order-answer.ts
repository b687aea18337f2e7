/** What an order was asked for with. */
export interface OrderQuestion {
  readonly merchantRequestId: string;
  readonly merchantId: string;
  /** Minor units. */
  readonly amount: number;
  readonly livemode: boolean;
}

/** What the bank answers to the question for an order. */
export interface OrderAnswer {
  readonly bankOrderId: string;
  readonly merchantRequestId: string;
  readonly merchantId: string;
  readonly amount: number;
  /** Where the bank wants the customer to be sent; undefined when it names nothing. */
  readonly redirectUrl: string | undefined;
  /** What the QR code of a transfer holds. */
  readonly qrLink?: string | undefined;
  readonly createdAt: Date | null;
  readonly expiresAt: Date | null;
}

const MINUTE_MS = 60_000;
/** The bank's clock is believed where it is this close to ours; it takes no request that is five minutes off itself. */
const CLOCK_SLACK_MS = 15 * MINUTE_MS;
/** The longest life the bank gives to an order, 1440 minutes, and a day for whatever its dates mean. */
const LONGEST_LIFE_MS = 2 * 1_440 * MINUTE_MS;
/** Characters; browsers and proxies take no longer address for granted. */
const LONGEST_LINK = 2_048;

/** What of the answer does not fit the question: with any of it, it is no answer to us, and its link is shown to nobody. */
export function misfitsOf(answer: OrderAnswer, question: OrderQuestion, now: Date): string[] {
  const checks: [string, boolean][] = [
    ['merchantRequestId', answer.merchantRequestId === question.merchantRequestId],
    ['merchantId', answer.merchantId === question.merchantId],
    ['amount', answer.amount === question.amount],
    ['expiry', isPlausibleExpiry(answer, now)],
    ['link', answer.redirectUrl !== undefined && isSafeLink(answer.redirectUrl, question.livemode)],
  ];
  return checks.filter(([, fits]) => !fits).map(([name]) => name);
}

/** After the order was made, by the bank's own clock where that can be right; and no more than a day too late. */
function isPlausibleExpiry({ createdAt, expiresAt }: OrderAnswer, now: Date): boolean {
  if (expiresAt === null) return true;
  const isNear = createdAt !== null && Math.abs(createdAt.getTime() - now.getTime()) <= CLOCK_SLACK_MS;
  const lifeMs = expiresAt.getTime() - (isNear ? createdAt : now).getTime();
  return lifeMs > 0 && lifeMs <= LONGEST_LIFE_MS;
}

/** An absolute address without blanks, control characters, user or password; plain http on test accounts only. */
export function isSafeLink(link: string, livemode: boolean): boolean {
  if (link.length > LONGEST_LINK || !/^https?:\/\/[^/?#@]+(?:[/?#]|$)/iu.test(link)) return false;
  if (!/^[\x21-\x7e]+$/u.test(link) || /["\\<>]/u.test(link)) return false; // browsers read a backslash as a slash
  if (!URL.canParse(link)) return false;
  const { protocol, hostname } = new URL(link);
  return hostname !== '' && (protocol === 'https:' || (protocol === 'http:' && !livemode));
}
