import { Module } from '@nestjs/common';
import { AuditRepository } from './audit.repository.js';
import { AuditService } from './audit.service.js';
import { CommandRunner } from './command-runner.js';

const PARTS = [AuditRepository, AuditService, CommandRunner];

@Module({ providers: PARTS, exports: PARTS })
export class AuditModule {}
