import { randomBytes } from 'node:crypto';
import { BankError } from '../protocol/bank-error.js';
import { type CardTrace, type Operation } from './operation.js';
import { type Ledger } from './ledger.js';

export type TokenStatus = 'ACTIVE' | 'SUSPENDED' | 'OBSOLETE' | 'DELETED';

/** Section h.1: what a merchant may change a token to. */
const CHANGES: Readonly<Record<TokenStatus, readonly TokenStatus[]>> = {
  ACTIVE: ['SUSPENDED', 'DELETED'],
  SUSPENDED: ['ACTIVE', 'DELETED'],
  OBSOLETE: ['DELETED'],
  DELETED: [],
};

/** A stored card. One token belongs to one terminal (U26). */
export interface CardToken {
  readonly token: string;
  readonly merchantId: string;
  readonly customerId: string;
  readonly card: CardTrace;
  readonly status: TokenStatus;
  /** Epoch milliseconds of bank time after which the card is over; absent = not known. */
  readonly cardEndsAt?: number;
}

export interface NewToken {
  readonly merchantId: string;
  readonly customerId: string;
  readonly card: CardTrace;
  readonly cardEndsAt?: number;
}

const newToken = (): string => randomBytes(18).toString('base64url');

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export class CardTokens {
  private readonly tokens = new Map<string, CardToken>();

  constructor(
    private readonly ledger: Ledger,
    private readonly now: () => number,
  ) {}

  /** The same card of the same customer has one active token (U26). */
  create(wanted: NewToken): CardToken {
    const known = this.of(wanted.merchantId, wanted.customerId).find(
      ({ status, card }) => status === 'ACTIVE' && card.name === wanted.card.name,
    );
    return known ?? this.save({ ...wanted, token: newToken(), status: 'ACTIVE' });
  }

  /** The token of a successful operation that asked for one. */
  grant(operation: Operation, customerOfOrder?: string): Operation {
    const { wantsToken, status, merchantId, card, echo } = operation;
    if (!wantsToken || status !== 'SUCCESS' || !card || operation.externalCardToken !== undefined) return operation;
    const customerId = customerOfOrder ?? text(echo?.['senderCustomerId']);
    return { ...operation, externalCardToken: this.create({ merchantId, customerId, card }).token };
  }

  find(token: string): CardToken | undefined {
    const known = this.tokens.get(token);
    if (known?.status !== 'ACTIVE' || known.cardEndsAt === undefined || this.now() <= known.cardEndsAt) return known;
    return this.save({ ...known, status: 'OBSOLETE' });
  }

  /** @throws BankError unless it is an active token of the terminal */
  requireActive(token: string, merchantId: string): CardToken {
    const known = this.find(token);
    if (known?.merchantId !== merchantId) throw new BankError('b_invalid_request', { text: 'Token not found' });
    if (known.status !== 'ACTIVE') throw new BankError('b_cannot_process_logic_transaction');
    return known;
  }

  of(merchantId: string, customerId: string): readonly CardToken[] {
    return [...this.tokens.values()]
      .filter((one) => one.merchantId === merchantId && one.customerId === customerId)
      .flatMap(({ token }) => this.find(token) ?? []);
  }

  /** @throws BankError `b_cannot_process_logic_transaction` when the change is not allowed */
  change(token: CardToken, status: TokenStatus): CardToken {
    if (!CHANGES[token.status].includes(status)) throw new BankError('b_cannot_process_logic_transaction');
    return this.save({ ...token, status });
  }

  clear(): void {
    this.tokens.clear();
  }

  snapshot(): readonly CardToken[] {
    return [...this.tokens.values()];
  }

  load(tokens: readonly CardToken[]): void {
    for (const token of tokens) this.tokens.set(token.token, token);
  }

  private save(token: CardToken): CardToken {
    this.tokens.set(token.token, token);
    const { merchantId, status, card } = token;
    this.ledger.append('token.changed', { merchantId, status, cardNumberMask: card.mask });
    return token;
  }
}
