import { Controller, Get, Header, UseFilters, UseGuards } from '@nestjs/common';
import { Authorization, type AuthorizationClaims } from '#libs/dcm';
import { BankAuthFilter } from './bank-auth.filter.js';
import { BankAuthGuard } from './bank-auth.guard.js';
import { BankAuthService, type GrantedBody } from './bank-auth.service.js';
import { TimeLeft } from './time-limit.js';

/** What DCM asks before it executes anything. Source: bank guide, "Bank Auth Service". */
@Controller('dcm/auth')
@UseGuards(BankAuthGuard)
@UseFilters(BankAuthFilter)
export class BankAuthController {
  constructor(private readonly service: BankAuthService) {}

  @Get('user_auth')
  @Header('cache-control', 'no-store')
  userAuth(@Authorization() claims: AuthorizationClaims, @TimeLeft() limitMs: number): Promise<GrantedBody> {
    return this.service.grant('user_auth', claims, limitMs);
  }

  @Get('key')
  @Header('cache-control', 'no-store')
  key(@Authorization() claims: AuthorizationClaims, @TimeLeft() limitMs: number): Promise<GrantedBody> {
    return this.service.grant('key', claims, limitMs);
  }

  @Get('external_id')
  @Header('cache-control', 'no-store')
  externalId(@Authorization() claims: AuthorizationClaims, @TimeLeft() limitMs: number): Promise<GrantedBody> {
    return this.service.grant('external_id', claims, limitMs);
  }
}
