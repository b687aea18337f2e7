import { Inject, Injectable } from '@nestjs/common';
import { type DcmConfig } from '../../config/dcm-config.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { TokenBuckets } from '../../timing/token-buckets.js';

/** How many requests are looked at. Each process counts for itself: two replicas let twice as many in. */
@Injectable()
export class BankAuthLimits {
  private readonly all: TokenBuckets;
  private readonly bySubject: TokenBuckets;

  constructor(@Inject(DCM_CONFIG) { authRate, authSubjectRate }: DcmConfig) {
    this.all = new TokenBuckets({ perSecond: authRate });
    this.bySubject = new TokenBuckets({ perSecond: authSubjectRate });
  }

  admitsRequest(): boolean {
    return this.all.take('all');
  }

  /** @param subject `sub` of a verified token */
  admitsSubject(subject: string): boolean {
    return this.bySubject.take(subject);
  }
}
