import { randomUUID } from 'node:crypto';
import { BankError, validationError } from '../protocol/bank-error.js';
import { addInKyiv } from '../protocol/bank-dates.js';
import { type Ledger } from './ledger.js';
import { type Caller } from './merchants.js';

export interface Rule {
  readonly paymentNumberFrom: number;
  readonly paymentNumberTo: number;
  readonly intervalValue: number;
  readonly intervalUnit: 'DAY' | 'WEEK' | 'MONTH';
  /** Minor units. */
  readonly coinAmount: number;
  readonly currency: string;
}

/** A set of rules with the time in which it applies, epoch milliseconds of bank time. */
export interface PlanVersion {
  readonly versionId: number;
  readonly status: 'ACTIVE' | 'DELETED';
  readonly rules: readonly Rule[];
  readonly from: number;
  /** Absent = without end. */
  readonly to?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type PlanStatus = 'ACTIVE' | 'PAUSED' | 'CANCELED';

export interface Plan {
  readonly planId: string;
  readonly merchantId: string;
  readonly name: string;
  readonly description?: string;
  readonly categorySubcategoryIndicator: string;
  readonly status: PlanStatus;
  readonly versions: readonly PlanVersion[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface VersionEdit {
  readonly from?: number;
  readonly to?: number;
  /** Without end. */
  readonly infinite?: boolean;
}

export interface NewVersion {
  readonly rules: readonly Rule[];
  readonly from?: number;
  readonly to?: number;
}

const STATUS_CHANGES: Readonly<Record<PlanStatus, readonly PlanStatus[]>> = {
  ACTIVE: ['PAUSED', 'CANCELED'],
  PAUSED: ['ACTIVE', 'CANCELED'],
  CANCELED: [],
};

/** @throws BankError with `validation.errors` unless the rules cover the payment numbers from 1 on without a gap */
export function requireConsecutive(rules: readonly Rule[]): void {
  let next = 1;
  for (const { paymentNumberFrom, paymentNumberTo } of rules) {
    if (paymentNumberFrom !== next || paymentNumberTo < paymentNumberFrom)
      throw validationError([{ field: 'rules', message: 'must cover consecutive payment numbers from 1 on' }]);
    next = paymentNumberTo + 1;
  }
}

export const ruleOf = ({ rules }: PlanVersion, paymentNumber: number): Rule | undefined =>
  rules.find((rule) => rule.paymentNumberFrom <= paymentNumber && paymentNumber <= rule.paymentNumberTo);

const isActive = ({ status }: PlanVersion): boolean => status === 'ACTIVE';

export const versionAt = ({ versions }: Plan, at: number): PlanVersion | undefined =>
  versions.findLast((version) => isActive(version) && version.from <= at && at < (version.to ?? Infinity));

export const lastVersionOf = ({ versions }: Plan): PlanVersion | undefined => versions.findLast(isActive);

const refuse = (text: string): BankError => new BankError('b_invalid_request', { text });
const cannot = (): BankError => new BankError('b_cannot_process_logic_transaction');

export interface PlansOptions {
  readonly ledger: Ledger;
  readonly now: () => number;
  /** Told of each plan that has changed in a way that moves payments. */
  readonly onChange: (plan: Plan) => void;
}

/** What merchants charge again and again, by versions of rules (section h.5). */
export class Plans {
  private readonly plans = new Map<string, Plan>();

  constructor(private readonly options: PlansOptions) {}

  create(
    wanted: Pick<Plan, 'merchantId' | 'name' | 'categorySubcategoryIndicator' | 'description'>,
    first: NewVersion,
  ): Plan {
    requireConsecutive(first.rules);
    const now = this.options.now();
    const { rules, from = now, to } = first;
    const version: PlanVersion = {
      versionId: 1,
      status: 'ACTIVE',
      rules,
      from,
      ...(to !== undefined && { to }),
      createdAt: now,
      updatedAt: now,
    };
    return this.save({
      ...wanted,
      planId: randomUUID(),
      status: 'ACTIVE',
      versions: [version],
      createdAt: now,
      updatedAt: now,
    });
  }

  find(planId: string): Plan | undefined {
    return this.plans.get(planId);
  }

  /** @throws BankError unless it is a plan of the caller */
  require(planId: string, { merchants }: Caller): Plan {
    const plan = this.plans.get(planId);
    if (!plan || !merchants.some(({ merchantId }) => merchantId === plan.merchantId)) throw refuse('Plan not found');
    return plan;
  }

  of(merchantId: string): readonly Plan[] {
    return [...this.plans.values()].filter((plan) => plan.merchantId === merchantId);
  }

  /** @throws BankError when the change is not allowed */
  setStatus(plan: Plan, status: PlanStatus): Plan {
    if (!STATUS_CHANGES[plan.status].includes(status)) throw cannot();
    return this.changed({ ...plan, status });
  }

  rename(plan: Plan, names: Partial<Pick<Plan, 'name' | 'description'>>): Plan {
    return this.save({ ...plan, ...names, updatedAt: this.options.now() });
  }

  /** Its start may cut the version before; a gap is refused. @throws BankError */
  addVersion(plan: Plan, { rules, from = this.options.now(), to = addInKyiv(from, { months: 12 }) }: NewVersion): Plan {
    requireConsecutive(rules);
    if (to <= from) throw refuse('appliesDateTimeTo must be after appliesDateTimeFrom');
    const before = lastVersionOf(plan);
    if (before && from > (before.to ?? Infinity)) throw refuse('A version must begin where the one before ends');
    if (before && from <= before.from) throw refuse('A version must begin after the one before');
    const now = this.options.now();
    const version: PlanVersion = {
      versionId: plan.versions.length + 1,
      status: 'ACTIVE',
      rules,
      from,
      to,
      createdAt: now,
      updatedAt: now,
    };
    const versions = plan.versions.map((one) => (one === before ? { ...one, to: from } : one));
    return this.changed({ ...plan, versions: [...versions, version] });
  }

  /** Only the last version; only its end once it runs. @throws BankError */
  editVersion(plan: Plan, versionId: number, edit: VersionEdit): Plan {
    const version = requireLast(plan, versionId);
    const now = this.options.now();
    const before = plan.versions.filter(isActive).at(-2);
    const { from = version.from } = edit;
    if (from !== version.from && version.from <= now) throw cannot();
    if (from > version.from && before) throw refuse('A version must begin where the one before ends');
    const edited = editedVersion(version, { ...edit, from }, now);
    const versions = plan.versions.map((one) => {
      if (one === version) return edited;
      return one === before ? { ...one, to: from } : one;
    });
    return this.changed({ ...plan, versions });
  }

  /** @throws BankError unless it is the last of several */
  deleteVersion(plan: Plan, versionId: number): Plan {
    requireLast(plan, versionId);
    if (plan.versions.filter(isActive).length === 1) throw cannot();
    const versions = plan.versions.map((one) =>
      one.versionId === versionId ? { ...one, status: 'DELETED' as const } : one,
    );
    return this.changed({ ...plan, versions });
  }

  clear(): void {
    this.plans.clear();
  }

  snapshot(): readonly Plan[] {
    return [...this.plans.values()];
  }

  load(plans: readonly Plan[]): void {
    for (const plan of plans) this.plans.set(plan.planId, plan);
  }

  private changed(plan: Plan): Plan {
    const saved = this.save({ ...plan, updatedAt: this.options.now() });
    this.options.onChange(saved);
    return saved;
  }

  private save(plan: Plan): Plan {
    this.plans.set(plan.planId, plan);
    const { planId, merchantId, status, versions } = plan;
    this.options.ledger.append('recurring.changed', { planId, merchantId, status, versions: versions.length });
    return plan;
  }
}

const editedVersion = (
  version: PlanVersion,
  edit: VersionEdit & { readonly from: number },
  now: number,
): PlanVersion => {
  const { from, to = version.to, infinite } = edit;
  const { versionId, status, rules, createdAt } = version;
  const end = infinite ? undefined : to;
  if (end !== undefined && end <= from) throw refuse('appliesDateTimeTo must be after appliesDateTimeFrom');
  return { versionId, status, rules, createdAt, from, ...(end !== undefined && { to: end }), updatedAt: now };
};

const requireLast = (plan: Plan, versionId: number): PlanVersion => {
  const version = plan.versions.find((one) => one.versionId === versionId && isActive(one));
  if (!version) throw refuse('Version not found');
  if (version !== lastVersionOf(plan)) throw cannot();
  return version;
};
