import { randomUUID } from 'node:crypto';
import { type Ledger } from '../bank/ledger.js';
import { type Operation } from '../bank/operation.js';
import { BankError } from '../protocol/bank-error.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type PersonalityName, PERSONALITIES } from './catalogue.js';
import { type PersonalityRequest } from './parse-personality.js';
import {
  type Afterthought,
  type Call,
  type Interruption,
  type Levers,
  type Moment,
  type Options,
  type Personality,
  type WireAnswer,
} from './personality.js';

export interface ActivePersonality extends PersonalityRequest {
  readonly id: string;
  readonly fired: number;
  /** Epoch milliseconds of bank time; absent = until it is switched off. */
  readonly until?: number;
}

interface Running {
  state: ActivePersonality;
  stop?: () => void;
}

export interface PersonalitiesOptions {
  readonly ledger: Ledger;
  /** Bank time, epoch milliseconds. */
  readonly now: () => number;
  readonly serviceCodeOf: (merchantId: string) => string | undefined;
  readonly operationOf: (view: JsonObject) => Operation | undefined;
  readonly levers: Levers;
}

/** Facts of one use, for the ledger. */
type Facts = Readonly<Partial<Record<'path' | 'merchantId' | 'merchantRequestId' | 'hppOrderId', string>>>;

/** The personalities that are switched on. Each use is counted and written to the ledger. */
export class Personalities {
  private running: Running[] = [];

  constructor(private readonly options: PersonalitiesOptions) {}

  switchOn(request: PersonalityRequest): ActivePersonality {
    const { forMs } = request;
    const until = forMs === undefined ? {} : { until: this.options.now() + forMs };
    const one: Running = { state: { ...request, ...until, id: randomUUID(), fired: 0 } };
    this.running.push(one);
    const { everyMs } = definitionOf(request.name);
    if (everyMs) this.strikeEvery(one, everyMs(request.options));
    return one.state;
  }

  /** Without a name, all of them. */
  switchOff(name?: PersonalityName): void {
    const gone = this.running.filter(({ state }) => name === undefined || state.name === name);
    for (const { stop } of gone) stop?.();
    this.running = this.running.filter((one) => !gone.includes(one));
  }

  list(): readonly ActivePersonality[] {
    return this.running.map(({ state }) => state);
  }

  interruption(call: Call): Interruption | undefined {
    for (const one of this.matching(call)) {
      const interruption = definitionOf(one.state.name).door?.(this.moment(one, call));
      if (interruption) {
        this.use(one, { path: call.path });
        return interruption;
      }
    }
    return undefined;
  }

  /** @throws BankError when that is what the personality answers */
  answer(answer: JsonObject, call: Call): JsonObject {
    const shown = this.withOperations(answer, call);
    return this.fold(shown, call, ({ answer: change }, value, moment) => change?.(value, moment));
  }

  /** An operation in a callback is shown as everywhere else; one that queries hide is sent all the same. */
  callbackOperation(view: JsonObject, serviceCode: string | undefined): JsonObject {
    return this.shown(view, { name: 'callback', path: 'callback', serviceCode }) ?? view;
  }

  text(json: string, call: Call): string {
    return this.fold(json, call, ({ text }, value, moment) => text?.(value, moment));
  }

  joseHeader(call: Call): JsonObject {
    const start: JsonObject = {};
    return this.fold(start, call, ({ joseHeader }, header, moment) =>
      joseHeader ? { ...header, ...joseHeader(moment) } : undefined,
    );
  }

  wire(answer: WireAnswer, call: Call): WireAnswer {
    return this.fold(answer, call, ({ wire }, value, moment) => wire?.(value, moment));
  }

  /** Bank time that a new operation stays PENDING. */
  pendingMs(operation: Operation): number | undefined {
    return this.first(operation, ({ pendingMs }, options) => pendingMs?.(operation, options));
  }

  afterthoughts(operation: Operation): readonly Afterthought[] {
    return this.ofMerchant(operation.merchantId).flatMap((one) => {
      const thought = definitionOf(one.state.name).paid?.(operation, one.state.options);
      if (!thought) return [];
      this.use(one, factsOf(operation));
      return [thought];
    });
  }

  losesCallback(merchantId: string, hppOrderId?: string): boolean {
    const [one] = this.ofMerchant(merchantId).filter(({ state }) => definitionOf(state.name).losesCallback);
    if (one) this.use(one, { merchantId, ...(hppOrderId !== undefined && { hppOrderId }) });
    return one !== undefined;
  }

  sessionLifeMs(serviceCode: string): number | undefined {
    const call: Call = { name: 'authorize', path: 'authorize', serviceCode };
    return this.fold<number | undefined>(undefined, call, ({ sessionLifeMs }, _value, { options }) =>
      sessionLifeMs?.(options),
    );
  }

  clockSkewMs(merchantId: string): number {
    const [one] = this.ofMerchant(merchantId).filter(({ state }) => definitionOf(state.name).clockSkewMs);
    if (!one) return 0;
    this.use(one, { merchantId });
    return definitionOf(one.state.name).clockSkewMs?.(one.state.options) ?? 0;
  }

  servesCipherHelpers(path: string): boolean {
    const one = this.live().find(({ state }) => definitionOf(state.name).servesCipherHelpers);
    if (one) this.use(one, { path });
    return one !== undefined;
  }

  private withOperations(answer: JsonObject, call: Call): JsonObject {
    const { operations } = answer;
    if (Array.isArray(operations))
      return { ...answer, operations: operations.flatMap((view: JsonObject) => this.shown(view, call) ?? []) };
    const shown = this.shown(answer, call);
    if (shown) return shown;
    if (!HIDING.includes(call.name)) return answer;
    throw new BankError('payment_operation_not_found');
  }

  /** Undefined = hidden. */
  private shown(view: JsonObject, call: Call): JsonObject | undefined {
    const known = this.options.operationOf(view);
    if (!known) return view;
    let current = view;
    for (const one of this.matching(call)) {
      const changed = definitionOf(one.state.name).operation?.(current, { ...this.moment(one, call), known });
      if (changed === undefined) continue;
      if (changed === 'hidden' && !HIDING.includes(call.name)) continue;
      this.use(one, { path: call.path, ...factsOf(known) });
      if (changed === 'hidden') return undefined;
      current = changed;
    }
    return current;
  }

  private fold<T>(
    value: T,
    call: Call,
    change: (definition: Personality, value: T, moment: Moment<Options>) => T | undefined,
  ): T {
    let current = value;
    for (const one of this.matching(call)) {
      try {
        const changed = change(definitionOf(one.state.name), current, this.moment(one, call));
        if (changed === undefined) continue;
        current = changed;
      } catch (error) {
        this.use(one, { path: call.path });
        throw error;
      }
      this.use(one, { path: call.path });
    }
    return current;
  }

  private first<T>(
    operation: Operation,
    of: (definition: Personality, options: Options) => T | undefined,
  ): T | undefined {
    for (const one of this.ofMerchant(operation.merchantId)) {
      const value = of(definitionOf(one.state.name), one.state.options);
      if (value === undefined) continue;
      this.use(one, factsOf(operation));
      return value;
    }
    return undefined;
  }

  private live(): readonly Running[] {
    const now = this.options.now();
    return this.running.filter(({ state: { fired, times, until } }) => fired < times && now < (until ?? Infinity));
  }

  private matching({ path, serviceCode }: Call): readonly Running[] {
    return this.live().filter(({ state }) => path.includes(state.path ?? '') && this.isOf(state, serviceCode));
  }

  private ofMerchant(merchantId: string): readonly Running[] {
    const serviceCode = this.options.serviceCodeOf(merchantId);
    return this.live().filter(({ state }) => this.isOf(state, serviceCode));
  }

  private isOf({ merchantId }: ActivePersonality, serviceCode: string | undefined): boolean {
    return merchantId === undefined || this.options.serviceCodeOf(merchantId) === serviceCode;
  }

  private moment({ state }: Running, call: Call): Moment<Options> {
    return { call, options: state.options, now: this.options.now() };
  }

  private use(one: Running, facts: Facts): void {
    const { id, name, fired } = one.state;
    one.state = { ...one.state, fired: fired + 1 };
    this.options.ledger.append('personality.fired', { personalityId: id, personality: name, ...facts });
  }

  private strikeEvery(one: Running, everyMs: number): void {
    const timer = setInterval(() => {
      const { name, merchantId } = one.state;
      if (!this.live().includes(one)) return;
      this.use(one, merchantId === undefined ? {} : { merchantId });
      void definitionOf(name).strike?.(this.options.levers, merchantId);
    }, everyMs);
    timer.unref();
    one.stop = () => {
      clearInterval(timer);
    };
  }
}

/** Where an operation can be as if it were not there: the answers of calls that move money, and callbacks, show it. */
const HIDING: readonly Call['name'][] = [
  'hpp.operations',
  'h2h.operations.get',
  'h2h.operations.by-merchant-request-id',
];

const definitionOf = (name: PersonalityName): Personality => PERSONALITIES[name];

const factsOf = ({ merchantId, merchantRequestId, hppOrderId }: Operation): Facts => ({
  merchantId,
  merchantRequestId,
  ...(hppOrderId !== undefined && { hppOrderId }),
});
