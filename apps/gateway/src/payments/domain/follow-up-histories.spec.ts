import fc from 'fast-check';
import { type BankOperationFacts } from './bank-facts.js';
import { canMoveOperation } from './statuses.js';
import {
  decideAfterQuery,
  decideAfterSending,
  type QuerySight,
  type FollowUpState,
  type FollowUpMove,
  type SendSight,
} from './follow-up-decision.js';
import { judgeOperation } from './verdict.js';

/**
 * Any history of one refund at a bank that loses requests and answers, answers FAIL to what it books as done, hides for as
 * long as it likes what it knows, and answers with other people's operations. Two things are the bank's word: a refusal
 * that it documents to start nothing, and what a query of the same identity says.
 */
type SendFate = 'lost' | 'arrives' | 'arrives later' | 'refused' | 'unsent' | 'crash' | 'sleeps';
type Event =
  | { readonly kind: 'send'; readonly fate: SendFate }
  | { readonly kind: 'answer'; readonly how: 'lost' | 'PENDING' | 'FAIL' | 'honest'; readonly confirmed: boolean }
  | { readonly kind: 'book'; readonly as: 'SUCCESS' | 'FAIL' }
  | {
      readonly kind: 'ask';
      readonly hides: boolean;
      readonly foreign: 'no' | 'SUCCESS' | 'FAIL';
      readonly unreadable: boolean;
    }
  | { readonly kind: 'wait'; readonly seconds: number };

const EVENTS = fc.oneof(
  fc.record({
    kind: fc.constant('send' as const),
    fate: fc.constantFrom<SendFate>('lost', 'arrives', 'arrives later', 'refused', 'unsent', 'crash', 'sleeps'),
  }),
  fc.record({
    kind: fc.constant('answer' as const),
    how: fc.constantFrom('lost', 'PENDING', 'FAIL', 'honest'),
    confirmed: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('book' as const), as: fc.constantFrom('SUCCESS', 'FAIL') }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      hides: fc.boolean(),
      foreign: fc.constantFrom('no', 'no', 'no', 'SUCCESS', 'FAIL'),
      unreadable: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(1, 30, 120, 900, 1_800, 90_000) }),
) as fc.Arbitrary<Event>;

/** What most of the random ones would not reach: the bank hides it for half an hour, so that it goes out once more. */
const HIDDEN = (fate: SendFate): Event[] => {
  const ask = { kind: 'ask', hides: true, foreign: 'no', unreadable: false } as const;
  return [{ kind: 'send', fate }, { kind: 'wait', seconds: 120 }, ask, ask, { kind: 'wait', seconds: 1_800 }, ask];
};
const FIRST = fc.constantFrom<SendFate>('lost', 'arrives later', 'crash', 'sleeps');

const DAY_SECONDS = 86_400;
const LATEST_BYTE_SECONDS = 85;
const EXPECTED = {
  ...{ type: 'REFUND', merchantId: 'merchant-1', amount: 100, currency: 'UAH', livemode: false },
  merchantRequestId: 'ours',
};
const facts = (status: string, merchantRequestId = 'ours') =>
  ({
    ...{ type: 'REFUND', status, merchantRequestId, merchantId: 'merchant-1', amount: 100, currency: 'UAH' },
    operationId: 'o-1',
  }) as BankOperationFacts;
const seen = (status: string, id?: string): QuerySight & SendSight => ({
  kind: 'verdict',
  verdict: judgeOperation(facts(status, id), EXPECTED),
});

/** The gateway's rows as its store keeps them, and the bank's books. */
class World {
  refund: FollowUpState = { status: 'sending', attempt: 1, sends: 1, known: false, refusalCode: null, notFounds: 0 };
  unsent = false;
  private now = 0;
  private sentAt = LATEST_BYTE_SECONDS;
  private notFoundAt: number | undefined;
  /** The send whose call is under way. */
  private calling: number | undefined = 1;
  /** A send whose process stands still; it wakes too late to send, and says so. */
  private sleeper: number | undefined;
  private inFlight = 0;
  books: 'nothing' | 'PENDING' | 'SUCCESS' | 'FAIL' = 'nothing';
  readonly log: string[] = [];

  play(event: Event): void {
    this.log.push(JSON.stringify(event));
    switch (event.kind) {
      case 'wait':
        this.now += event.seconds;
        if (event.seconds === 30 && this.inFlight > 0) this.arrive(); // as late as it likes
        if (event.seconds === 900) this.wake();
        return;
      case 'send': {
        this.send(event.fate);
        return;
      }
      case 'answer': {
        this.answer(event);
        return;
      }
      case 'book':
        if (this.books === 'PENDING') this.books = event.as;
        return;
      case 'ask': {
        this.ask(event);
        return;
      }
    }
  }

  /** Nothing of it can happen at the bank any more. */
  get isImpossible(): boolean {
    return this.books === 'FAIL' || (this.books === 'nothing' && this.inFlight === 0);
  }

  private wake(): void {
    const send = this.sleeper;
    this.sleeper = undefined;
    if (send !== undefined) this.conclude(send, { kind: 'unsent', reason: 'send_window_over' });
  }

  private arrive(): void {
    this.inFlight = 0;
    if (this.books === 'nothing') this.books = 'PENDING'; // a second one is a duplicate
  }

  private send(fate: SendFate): void {
    const send = this.calling ?? this.beginUnsent();
    if (send === undefined) return;
    if (fate === 'arrives' && this.books === 'nothing') {
      this.arrive();
      return; // an answer follows, or none
    }
    this.calling = undefined;
    if (fate === 'sleeps') this.sleeper = send;
    if (fate === 'crash' || fate === 'sleeps') return;
    if (fate === 'arrives later') this.inFlight++;
    const sight = this.sightOf(fate);
    this.conclude(send, sight, sight.kind === 'refused' ? { kind: 'not_found' } : undefined);
  }

  private beginUnsent(): number | undefined {
    if (this.refund.status === 'unknown' && this.unsent) this.begin(this.refund.attempt);
    return this.calling;
  }

  /** What the sender sees of a request that the bank did not take on. */
  private sightOf(fate: SendFate): SendSight {
    if (fate === 'unsent') return { kind: 'unsent', reason: 'not_connected' };
    if (fate === 'lost' || fate === 'arrives later') return { kind: 'unknown', reason: 'timeout' };
    if (this.books !== 'nothing') return { kind: 'duplicate' };
    return { kind: 'refused', code: 'b_txn_not_allowed' };
  }

  private answer({ how, confirmed }: Extract<Event, { kind: 'answer' }>): void {
    const send = this.calling;
    if (send === undefined || this.books === 'nothing') return;
    this.calling = undefined;
    const status = how === 'honest' ? this.books : how;
    if (status === 'lost') {
      this.conclude(send, { kind: 'unknown', reason: 'timeout' });
      return;
    }
    const confirmation =
      status !== 'FAIL' ? undefined : confirmed ? seen(this.books) : ({ kind: 'not_found' } as const);
    this.conclude(send, seen(status), confirmation);
  }

  private ask({ hides, foreign, unreadable }: Extract<Event, { kind: 'ask' }>): void {
    if (this.unsent && this.refund.status === 'unknown') return;
    const sight: QuerySight = unreadable
      ? { kind: 'unreadable', reason: 'timeout' }
      : foreign !== 'no'
        ? seen(foreign, 'theirs')
        : hides || this.books === 'nothing'
          ? { kind: 'not_found' }
          : seen(this.books);
    this.apply(decideAfterQuery(this.refund, sight, this.clock()));
  }

  private conclude(send: number, sight: SendSight, confirmation?: QuerySight): void {
    const answer = { send, sight, ...(confirmation ? { confirmation } : {}) };
    const step = decideAfterSending(this.refund, answer, this.clock());
    this.sentAt = Math.min(this.sentAt, this.now);
    this.apply(step);
  }

  private clock() {
    return {
      sinceSentSeconds: this.now - this.sentAt,
      sinceNotFoundSeconds: this.notFoundAt === undefined ? null : this.now - this.notFoundAt,
      pastDeadline: this.now > DAY_SECONDS,
    };
  }

  private begin(attempt: number): void {
    this.refund = { ...this.refund, status: 'sending', attempt, sends: this.refund.sends + 1, notFounds: 0 };
    this.unsent = false;
    this.notFoundAt = undefined;
    this.sentAt = this.now + LATEST_BYTE_SECONDS;
    this.calling = this.refund.sends;
  }

  private apply(step: FollowUpMove | undefined): void {
    if (!step) return;
    this.log.push(`  -> ${JSON.stringify(step)}`);
    if (step.resend) {
      this.begin(this.refund.attempt + 1);
      return;
    }
    const { status, notFounds } = this.refund;
    this.refund = {
      ...this.refund,
      status: canMoveOperation(status, step.to) ? step.to : status,
      known: this.refund.known || step.known === true,
      refusalCode: step.refusalCode ?? this.refund.refusalCode,
      notFounds: notFounds + (step.notFoundCounts ? 1 : 0),
    };
    if (step.notFoundCounts) this.notFoundAt ??= this.now;
    this.unsent = step.unsent ?? false;
  }
}

const FREE = ['failed', 'rejected', 'abandoned'];

it('a second refund is never let through while the first may have happened, or may still', () => {
  const ends = new Map<string, number>();
  fc.assert(
    fc.property(fc.boolean(), FIRST, fc.array(EVENTS, { minLength: 1, maxLength: 40 }), (hidden, first, events) => {
      const world = new World();
      for (const event of hidden ? [...HIDDEN(first), ...events] : events) {
        world.play(event);
        const { status, attempt } = world.refund;
        if (FREE.includes(status) && !world.isImpossible) throw new Error(`${status}:\n${world.log.join('\n')}`);
        if (status === 'succeeded' && world.books !== 'SUCCESS') throw new Error(`paid:\n${world.log.join('\n')}`);
        expect(attempt).toBeLessThanOrEqual(2);
      }
      ends.set(world.refund.status, (ends.get(world.refund.status) ?? 0) + 1);
      if (world.refund.attempt === 2) ends.set('resent', (ends.get('resent') ?? 0) + 1);
    }),
    { numRuns: 3_000 },
  );
  // The histories reach every end, and the resend.
  for (const end of ['succeeded', 'failed', 'rejected', 'needs_review', 'pending', 'unknown', 'resent'])
    expect([end, ends.get(end) ?? 0]).toEqual([end, expect.any(Number)]);
  expect([...ends.keys()]).toEqual(
    expect.arrayContaining(['succeeded', 'failed', 'rejected', 'needs_review', 'resent']),
  );
});
