import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { AuditService } from './audit.service.js';
import { type Asked, type OperatorCommand } from './command.js';

/** Does what operators ask for, whoever passes it on; each change leaves its line in the audit. */
@Injectable()
export class CommandRunner {
  constructor(
    private readonly services: ModuleRef,
    private readonly audit: AuditService,
  ) {}

  /** @param input what the row's schema made of it, and the members of its path */
  async run(command: OperatorCommand, input: object, asked: Asked): Promise<unknown> {
    const { output, notes } = await command.run(
      { get: (token) => this.services.get(token as never, { strict: false }) },
      input,
      asked,
    );
    for (const note of notes) await this.audit.record({ ...note, actor: asked.actor });
    return output;
  }
}
