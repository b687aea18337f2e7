import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { type DcmConfig } from '../../config/dcm-config.js';
import { type AccessFacts } from '../domain/access.js';
import { DCM_CONFIG } from '../dcm-config.token.js';

/** What DCM asks, and by which name of the object. Source: bank guide, "Bank Auth Service". */
export const OBJECT_NAME = {
  user_auth: 'login',
  key: 'external_id',
  external_id: 'external_id',
} as const;
export type AuthCall = keyof typeof OBJECT_NAME;

export interface AccessQuestion {
  readonly call: AuthCall;
  readonly subject: string;
  readonly flow: string;
  /** Login or external id, by the call. */
  readonly name: string;
}

export interface FoundAccess extends AccessFacts {
  readonly objectId: string | null;
  readonly externalId: string | null;
  readonly keySealed: Sealed | null;
  readonly profileSealed: Sealed | null;
}

/** One question, one statement: rules take effect in every process at once, for nothing is cached. */
@Injectable()
export class AccessRepository {
  constructor(
    private readonly database: DataSource,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {}

  async find({ call, subject, flow, name }: AccessQuestion): Promise<FoundAccess> {
    const [row] = await this.database.query<FoundAccess[]>(
      `SELECT s.id IS NOT NULL AS "subjectKnown", o.id IS NOT NULL AS "objectKnown",
              EXISTS (SELECT 1 FROM dcm_rule r WHERE r.counterparty_guid = $1 AND r.subject_id IN ($2, '*')
                        AND r.flow = $3 AND r.object_id IN (o.id, '*')) AS permitted,
              o.id AS "objectId", o.external_id AS "externalId", o.key_sealed AS "keySealed",
              o.profile_sealed AS "profileSealed"
       FROM (SELECT 1) AS one
       LEFT JOIN dcm_subject s ON s.counterparty_guid = $1 AND s.id = $2 AND s.disabled_at IS NULL
       LEFT JOIN dcm_object o ON o.counterparty_guid = $1 AND o.${OBJECT_NAME[call]} = $4 AND o.disabled_at IS NULL`,
      [this.config.counterpartyGuid, subject, flow, name],
    );
    return row ?? NOTHING;
  }
}

const NOTHING: FoundAccess = {
  ...{ subjectKnown: false, objectKnown: false, permitted: false },
  ...{ objectId: null, externalId: null, keySealed: null, profileSealed: null },
};
