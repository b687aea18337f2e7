import { Controller, Get, Param, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { ApiKeyGuard, Caller, type KeyOwner } from '../accounts/api-key.guard.js';
import { Scopes } from '../accounts/scopes.js';
import { ProofsService } from './proofs.service.js';

@Controller('v1/payments')
@UseGuards(ApiKeyGuard)
export class ProofController {
  constructor(private readonly proofs: ProofsService) {}

  /** To be kept as a file and read by people: it is named and has a line for each member. */
  @Get(':id/proof')
  @Scopes('payments', 'refunds', 'read')
  async get(@Caller() caller: KeyOwner, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const proof = await this.proofs.prove(caller.accountId, id);
    void reply
      .type('application/json; charset=utf-8')
      .header('content-disposition', `attachment; filename="proof-${proof.statement.payment.id}.json"`)
      .header('cache-control', 'no-store')
      .send(`${JSON.stringify(proof, null, 2)}\n`);
  }
}
