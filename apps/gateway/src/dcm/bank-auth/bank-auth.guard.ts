import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { SessionTokenGuard } from '#libs/dcm';
import { BankAuthLimits } from './bank-auth-limits.js';
import { BankAuthRefusal } from './bank-auth-refusal.js';
import { DecisionLog } from './decision-log.service.js';
import { timeLeft, inTime } from './time-limit.js';

/** First the number of requests, which costs nothing, then the token, both inTime their time. */
@Injectable()
export class BankAuthGuard implements CanActivate {
  constructor(
    private readonly limits: BankAuthLimits,
    private readonly tokens: SessionTokenGuard,
    private readonly log: DecisionLog,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (!this.limits.admitsRequest()) {
      this.log.recordTurnedAway();
      throw new BankAuthRefusal('too_many');
    }
    return inTime(timeLeft(context), this.tokens.canActivate(context));
  }
}
