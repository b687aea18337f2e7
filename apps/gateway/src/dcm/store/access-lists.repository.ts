import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type DcmConfig } from '../../config/dcm-config.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { DcmObjectEntity, DcmRuleEntity, DcmSubjectEntity } from './dcm-access.entity.js';

export type NewSubject = Pick<DcmSubjectEntity, 'id' | 'kind'>;
export type NewObject = Pick<DcmObjectEntity, 'id' | 'login' | 'externalId' | 'keySealed' | 'profileSealed'>;
export type NewRule = Pick<DcmRuleEntity, 'id' | 'subjectId' | 'flow' | 'objectId'>;
export type ListedTable = 'dcm_subject' | 'dcm_object';

const ENTITIES = { dcm_subject: DcmSubjectEntity, dcm_object: DcmObjectEntity } as const;
const LIST_LIMIT = 1_000;

/** The lists that an operator keeps. Entries and their absence take effect with the next question of DCM. */
@Injectable()
export class AccessListsRepository {
  private readonly guid: string;

  constructor(
    private readonly database: DataSource,
    @Inject(DCM_CONFIG) config: DcmConfig,
  ) {
    this.guid = config.counterpartyGuid;
  }

  subjects(): Promise<DcmSubjectEntity[]> {
    return this.database.manager.find(DcmSubjectEntity, this.all());
  }

  /** @param login absent: the first thousand */
  objects(login?: string): Promise<DcmObjectEntity[]> {
    const { where, ...rest } = this.all();
    const filter = login === undefined ? where : { ...where, login };
    return this.database.manager.find(DcmObjectEntity, { ...rest, where: filter });
  }

  rules(): Promise<DcmRuleEntity[]> {
    return this.database.manager.find(DcmRuleEntity, this.all());
  }

  /** @returns false when there is one */
  addSubject({ id, kind }: NewSubject): Promise<boolean> {
    return this.insert('INSERT INTO dcm_subject (counterparty_guid, id, kind) VALUES ($1, $2, $3)', [id, kind]);
  }

  /** @returns false when login or external id is taken */
  addObject({ id, login, externalId, keySealed, profileSealed }: NewObject): Promise<boolean> {
    return this.insert(
      `INSERT INTO dcm_object (counterparty_guid, id, login, external_id, key_sealed, profile_sealed)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, login, externalId, keySealed, profileSealed],
    );
  }

  /** @returns false when there is one */
  addRule({ id, subjectId, flow, objectId }: NewRule): Promise<boolean> {
    return this.insert(
      'INSERT INTO dcm_rule (counterparty_guid, id, subject_id, flow, object_id) VALUES ($1, $2, $3, $4, $5)',
      [id, subjectId, flow, objectId],
    );
  }

  exists(table: ListedTable, id: string): Promise<boolean> {
    return this.database.manager.existsBy(ENTITIES[table], { counterpartyGuid: this.guid, id });
  }

  /** @returns false when there is none */
  async setDisabled(table: ListedTable, id: string, disabled: boolean): Promise<boolean> {
    const [, changed] = await this.database.query<[unknown, number]>(
      `UPDATE ${table} SET disabled_at = CASE WHEN $3 THEN coalesce(disabled_at, now()) END
       WHERE counterparty_guid = $1 AND id = $2`,
      [this.guid, id, disabled],
    );
    return changed === 1;
  }

  /** @returns what it was, undefined when there is none */
  async removeRule(id: string): Promise<NewRule | undefined> {
    const [rows] = await this.database.query<[NewRule[], number]>(
      `DELETE FROM dcm_rule WHERE counterparty_guid = $1 AND id = $2
       RETURNING id, subject_id AS "subjectId", flow, object_id AS "objectId"`,
      [this.guid, id],
    );
    return rows[0];
  }

  private all() {
    return { where: { counterpartyGuid: this.guid }, order: { id: 'ASC' as const }, take: LIST_LIMIT };
  }

  private async insert(statement: string, values: readonly unknown[]): Promise<boolean> {
    const sql = `${statement} ON CONFLICT DO NOTHING RETURNING 1`;
    const rows = await this.database.query<unknown[]>(sql, [this.guid, ...values]);
    return rows.length === 1;
  }
}
