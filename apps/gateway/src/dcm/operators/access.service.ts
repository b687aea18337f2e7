import { Inject, Injectable } from '@nestjs/common';
import { type DcmConfig } from '../../config/dcm-config.js';
import { newId } from '../../database/id.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { DcmProblem } from '../dcm-problem.js';
import { type DcmRuleEntity, type DcmSubjectEntity } from '../store/dcm-access.entity.js';
import { AccessListsRepository, type ListedTable } from '../store/access-lists.repository.js';
import { ObjectSecrets } from '../store/object-secrets.js';
import { type AddObject, type AddRule, type AddSubject } from './dcm-ops.dto.js';

export type SubjectView = Omit<DcmSubjectEntity, 'counterpartyGuid'>;
export type RuleView = Omit<DcmRuleEntity, 'counterpartyGuid'>;

/** An object as an operator sees it: neither its secret nor personal data. */
export interface ObjectView {
  readonly id: string;
  readonly login: string;
  readonly externalId: string;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
}

const EVERY = '*';
const NOUN: Readonly<Record<ListedTable, string>> = { dcm_subject: 'subject', dcm_object: 'object' };

/** Who may do what to whom, as an operator keeps it. */
@Injectable()
export class AccessService {
  constructor(
    private readonly lists: AccessListsRepository,
    private readonly secrets: ObjectSecrets,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {}

  async subjects(): Promise<SubjectView[]> {
    const rows = await this.lists.subjects();
    return rows.map(({ id, kind, createdAt, disabledAt }) => ({ id, kind, createdAt, disabledAt }));
  }

  async objects(login?: string): Promise<ObjectView[]> {
    const rows = await this.lists.objects(login);
    return rows.map(({ id, login: name, externalId, createdAt, disabledAt }) => ({
      ...{ id, login: name, externalId, createdAt, disabledAt },
    }));
  }

  async rules(): Promise<RuleView[]> {
    const rows = await this.lists.rules();
    return rows.map(({ id, subjectId, flow, objectId, createdAt }) => ({ id, subjectId, flow, objectId, createdAt }));
  }

  /** @throws DcmProblem `DCM_ENTRY_EXISTS` */
  async addSubject({ sub, kind }: AddSubject): Promise<{ id: string }> {
    if (!(await this.lists.addSubject({ id: sub, kind }))) throw exists('This subject is known already.');
    return { id: sub };
  }

  /** Makes the secret of the object, too. @throws DcmProblem `DCM_ENTRY_EXISTS` */
  async addObject({ login, externalId = login, ...profile }: AddObject): Promise<{ id: string }> {
    const { counterpartyGuid } = this.config;
    const id = newId('obj');
    const keySealed = await this.secrets.sealNewKey(counterpartyGuid, id);
    const hasProfile = Object.values(profile).some((value) => value !== undefined);
    const profileSealed = hasProfile ? await this.secrets.sealProfile(counterpartyGuid, id, profile) : null;
    if (!(await this.lists.addObject({ id, login, externalId, keySealed, profileSealed }))) {
      throw exists('An object with this login or external id is known already.');
    }
    return { id };
  }

  /** Disabled entries are as if they were not there. @throws DcmProblem `DCM_ENTRY_NOT_FOUND` */
  async setDisabled(table: ListedTable, id: string, disabled: boolean): Promise<void> {
    if (!(await this.lists.setDisabled(table, id, disabled))) throw notFound(`There is no ${NOUN[table]} ${id}.`);
  }

  /** @throws DcmProblem `DCM_ENTRY_EXISTS` | `DCM_ENTRY_NOT_FOUND` */
  async addRule({ sub, flow, object }: AddRule): Promise<{ id: string }> {
    await this.assertKnown('dcm_subject', sub);
    await this.assertKnown('dcm_object', object);
    const id = newId('rul');
    if (!(await this.lists.addRule({ id, subjectId: sub, flow, objectId: object })))
      throw exists('There is this rule.');
    return { id };
  }

  /** @returns what it said @throws DcmProblem `DCM_ENTRY_NOT_FOUND` */
  async removeRule(id: string): Promise<Pick<DcmRuleEntity, 'subjectId' | 'flow' | 'objectId'>> {
    const rule = await this.lists.removeRule(id);
    if (!rule) throw notFound(`There is no rule ${id}.`);
    return rule;
  }

  private async assertKnown(table: ListedTable, id: string): Promise<void> {
    if (id === EVERY || (await this.lists.exists(table, id))) return;
    throw notFound(`There is no ${NOUN[table]} ${id}.`);
  }
}

const exists = (message: string): DcmProblem => new DcmProblem('DCM_ENTRY_EXISTS', message);
const notFound = (message: string): DcmProblem => new DcmProblem('DCM_ENTRY_NOT_FOUND', message);
