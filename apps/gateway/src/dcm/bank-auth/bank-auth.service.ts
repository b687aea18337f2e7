import { Inject, Injectable } from '@nestjs/common';
import { type AuthorizationClaims } from '#libs/dcm';
import { type DcmConfig } from '../../config/dcm-config.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { refusalOf } from '../domain/access.js';
import { AccessRepository, type AuthCall, type FoundAccess } from '../store/access.repository.js';
import { ObjectSecrets } from '../store/object-secrets.js';
import { BankAuthLimits } from './bank-auth-limits.js';
import { BankAuthRefusal, type RefusalKind } from './bank-auth-refusal.js';
import { DecisionLog, hashedName } from './decision-log.service.js';
import { inTime } from './time-limit.js';

/** What DCM is told. Members without a value are left out. Never log one. */
export type GrantedBody = Readonly<Record<string, string | undefined>>;

interface Decision {
  readonly granted?: GrantedBody;
  readonly objectId?: string | null;
  readonly reason?: string;
}

/**
 * Says whether a subject may do a flow to an object, and hands out the object's secret when it may. It calls nobody but
 * Postgres; only where the KEKs are behind a network, opening a secret whose DEK is not cached is a call there.
 */
@Injectable()
export class BankAuthService {
  constructor(
    private readonly limits: BankAuthLimits,
    private readonly access: AccessRepository,
    private readonly secrets: ObjectSecrets,
    private readonly log: DecisionLog,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {}

  /** May be asked any number of times for one operation. @param limitMs until an answer is of no use @throws BankAuthRefusal */
  async grant(call: AuthCall, claims: AuthorizationClaims, limitMs: number): Promise<GrantedBody> {
    if (!this.limits.admitsSubject(claims.sub)) throw this.refuse(call, claims, { reason: 'RATE_LIMITED' }, 'too_many');
    let decision: Decision;
    try {
      decision = await inTime(limitMs, this.decide(call, claims));
    } catch (error) {
      this.note(call, claims, { reason: error instanceof BankAuthRefusal ? 'TIME_LIMIT' : 'INTERNAL' });
      throw error;
    }
    if (!decision.granted) throw this.refuse(call, claims, decision, 'denied');
    this.note(call, claims, decision);
    return decision.granted;
  }

  private async decide(call: AuthCall, { sub, flow, obj }: AuthorizationClaims): Promise<Decision> {
    if (!isStorable(sub)) return { reason: 'SUBJECT_UNKNOWN' };
    if (!isStorable(obj)) return { reason: 'OBJECT_UNKNOWN' };
    const found = await this.access.find({ call, subject: sub, flow, name: obj });
    const { objectId } = found;
    const reason = refusalOf(found);
    return reason === undefined ? { objectId, granted: await this.answer(call, found) } : { objectId, reason };
  }

  private async answer(call: AuthCall, found: FoundAccess): Promise<GrantedBody> {
    const { objectId: id, externalId, keySealed, profileSealed } = found;
    if (id === null || externalId === null || keySealed === null) throw new TypeError('an object without a key');
    if (call === 'external_id') return { external_id: externalId };
    const { counterpartyGuid } = this.config;
    const key = await this.secrets.openKey(counterpartyGuid, { id, keySealed });
    if (call === 'key') return { key };
    const { firstName, lastName, email, phone } = await this.secrets.openProfile(counterpartyGuid, {
      id,
      profileSealed,
    });
    return { external_id: externalId, first_name: firstName, last_name: lastName, email, phone, key };
  }

  private refuse(call: AuthCall, claims: AuthorizationClaims, decision: Decision, kind: RefusalKind): BankAuthRefusal {
    this.note(call, claims, decision);
    return new BankAuthRefusal(kind);
  }

  private note(call: AuthCall, { sub, flow, obj }: AuthorizationClaims, { objectId, reason, granted }: Decision): void {
    const subject = isStorable(sub) ? sub : hashedName(sub);
    const object = objectId ?? hashedName(obj);
    this.log.record({ call, subject, flow, object, allowed: granted !== undefined, reason: reason ?? null });
  }
}

/** Postgres keeps no U+0000, and would take one broken character for another. */
const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
