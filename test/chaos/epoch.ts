import { setTimeout as sleep } from 'node:timers/promises';
import { FAILPOINTS } from '../../apps/gateway/src/app/failpoints.js';
import { ACTIVITIES, leads } from './activities.js';
import { type Replica } from './cluster.js';
import { DATABASE_FAULTS, type Faults, PROCESS_FAULTS } from './faults.js';
import { violationsOf } from './invariants.js';
import { OutOfOrders } from './merchant.js';
import { type Dice } from './random.js';
import { count, type Toll } from './toll.js';
import { type World } from './world.js';

/** Nothing of DCM is loaded here. */
const ELSEWHERE = ['job.dcm-keys.claimed', 'job.dcm-callbacks.claimed'];
export const REACHABLE: readonly string[] = FAILPOINTS.filter((name) => !ELSEWHERE.includes(name));

/** Calls whose answer is lost so that they are asked for. */
const PATHS = [
  ['complete', 'completion'],
  ['card_create', 'create/purchase'],
  ['hold_create', 'create/preauth'],
  ['saved_purchase', 'token_purchase'],
  ['saved_hold', 'create/preauth'],
  ['pay_out', 'account_to_card'],
] as const;

/** Of those where least have died, so many are drawn from: what nobody comes by does not keep the others waiting. */
const RAREST = 16;
/** Lives in which a failpoint may be waited for in vain. */
const TRIES = 2;
/** Requests that are repeated after all is over. */
const REPEATED = 50;
export interface Plan {
  /** SIGKILLs of this epoch, where no failpoints are named. */
  readonly kills: number;
  /** Merchants that are busy at once. */
  readonly merchants: number;
  /** Gateways that are up, and such as are on their way. */
  readonly replicas: number;
  readonly spares: number;
  /** Milliseconds until a failpoint that nobody comes by is given up. */
  readonly patienceMs: number;
  /** One life for each of them; those that were reached least often come first otherwise. */
  readonly failpoints?: readonly string[];
  /** Kills of epochs before this one, by failpoint. */
  readonly earlier?: Readonly<Record<string, number>>;
}

/** Lives of gateways, each of which is told where to die, while merchants go on; then the world is well, and books are compared. */
export class Epoch {
  private readonly waiting: string[];
  /** Where replicas are to stand still just now: merchants do what leads there. */
  private readonly armed = new Set<string>();
  private kills = 0;
  private readonly missed: Record<string, number> = {};
  private draining = false;

  constructor(
    private readonly world: World,
    private readonly plan: Plan,
    private readonly toll: Toll,
    private readonly dice: Dice,
    private readonly faults: Faults,
  ) {
    this.waiting = [...(plan.failpoints ?? [])];
  }

  async run(): Promise<void> {
    const { world, plan } = this;
    await Promise.all(Array.from({ length: plan.replicas }, () => world.cluster.add()));
    const merchants = Array.from({ length: plan.merchants }, () => this.trade());
    const plague = this.faults.run(() => this.draining);
    try {
      await Promise.all(Array.from({ length: plan.replicas + plan.spares }, (_, index) => this.lives(index)));
    } finally {
      this.draining = true;
      await plague;
      world.merchant.worldIsWell();
      await Promise.all(merchants);
    }
    await world.settle();
    await this.repeat();
    await this.compare();
    this.toll.epochs += 1;
  }

  /** One place among the replicas: a gateway lives and dies there, and the next one comes. The last ones live on. */
  private async lives(index: number): Promise<void> {
    let replica = this.world.cluster.replicas[index] ?? (await this.world.cluster.add());
    for (let failpoint = this.choose(); failpoint !== undefined; failpoint = this.choose()) {
      await this.die(replica, failpoint);
      replica = await this.world.cluster.add();
    }
  }

  /** In the failpoint that was chosen, or, where nobody comes by, whenever patience is over. */
  private async die(replica: Replica, failpoint: string): Promise<void> {
    const { cluster } = this.world;
    cluster.arm(replica, failpoint);
    await this.leadTo(failpoint);
    if (this.dice.happens(0.2)) await this.oneOf(DATABASE_FAULTS)(replica, this.toll);
    const stands = await cluster.stands(replica, failpoint, this.plan.patienceMs);
    this.armed.delete(failpoint);
    if (stands && this.dice.happens(0.1)) await PROCESS_FAULTS.pause(replica, this.toll);
    else if (!stands) await this.oneOf(Object.values(PROCESS_FAULTS))(replica, this.toll);
    await cluster.kill(replica);
    await this.world.endSessionLease();
    if (stands) count(this.toll.killsAt, failpoint);
    else this.toll.randomKills += 1;
    if (!stands) this.tryAgain(failpoint);
  }

  private oneOf<T>(items: readonly T[]): T {
    return this.dice.oneOf(items);
  }

  /** As planned, else where least have died. @returns undefined when it is enough */
  private choose(): string | undefined {
    const { failpoints, kills } = this.plan;
    const next = failpoints ? this.waiting.shift() : this.kills < kills ? this.rarest() : undefined;
    this.kills += 1;
    if (next !== undefined) this.armed.add(next);
    return next;
  }

  private rarest(): string | undefined {
    const { missed, toll, plan } = this;
    const tallies = [toll.killsAt, plan.earlier ?? {}, missed];
    const tries = (name: string): number => tallies.reduce((sum, tally) => sum + (tally[name] ?? 0), 0);
    const free = this.dice.shuffled(REACHABLE.filter((name) => !this.armed.has(name)));
    return this.oneOf(free.toSorted((a, b) => tries(a) - tries(b)).slice(0, RAREST));
  }

  private tryAgain(failpoint: string): void {
    count(this.missed, failpoint);
    if (this.plan.failpoints && (this.missed[failpoint] ?? 0) < TRIES) this.waiting.push(failpoint);
  }

  /** Some moments come only after something has gone wrong. */
  private async leadTo(failpoint: string): Promise<void> {
    if (failpoint.startsWith('session.')) await this.faults.endSessions();
    if (failpoint === 'recurring.asked' || failpoint.startsWith('job.resolve-recurring')) {
      await this.faults.add({ kind: 'reset_after', path: '/plan/', times: 2 });
    } else if (failpoint.endsWith('.asked') || failpoint === 'job.resolve-unknown.claimed') {
      const path = PATHS.find(([step]) => failpoint.includes(`.${step}.`))?.[1] ?? 'refund';
      await this.faults.add({ kind: 'reset_after', path, times: 2 });
    }
  }

  /** A merchant does one thing after the other, and mostly what leads to where somebody is to die. */
  private async trade(): Promise<void> {
    const { stack, merchant } = this.world;
    while (!this.draining) {
      const [name, activity] = this.oneOf(this.wanted());
      try {
        await activity.run({ merchant, stack });
      } catch (error) {
        if (error instanceof OutOfOrders) {
          count(this.toll.faults, 'payment out of orders');
          continue;
        }
        this.toll.violations.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        await sleep(1_000);
      }
    }
  }

  private wanted(): (readonly [string, (typeof ACTIVITIES)[string]])[] {
    const all = Object.entries(ACTIVITIES);
    const armed = [...this.armed];
    const leading = all.filter(([, activity]) => armed.some((failpoint) => leads(activity, failpoint)));
    return leading.length > 0 && this.dice.happens(0.8) ? leading : all;
  }

  /** Some of what was asked and answered, once more. */
  private async repeat(): Promise<void> {
    const { merchant } = this.world;
    const answered = merchant.asked.filter(({ final }) => final !== undefined);
    for (const asked of this.dice.shuffled(answered).slice(0, REPEATED)) await merchant.repeat(asked);
  }

  private async compare(): Promise<void> {
    const evidence = await this.world.evidence();
    const { toll } = this;
    toll.violations.push(...violationsOf(evidence));
    toll.checks += 1;
    toll.payments += evidence.payments.length;
    toll.operations += evidence.operations.length;
    toll.events += evidence.events.length;
    toll.reviews += evidence.operations.filter(({ status }) => status === 'needs_review').length;
  }
}
