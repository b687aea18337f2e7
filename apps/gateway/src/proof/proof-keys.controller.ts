import { Controller, Get, Header } from '@nestjs/common';
import { ProofKeysService } from './proof-keys.service.js';
import { type ProofKeySet } from './statement.js';

/** For whoever is shown a proof: it needs no key. */
@Controller('.well-known')
export class ProofKeysController {
  constructor(private readonly keys: ProofKeysService) {}

  @Get('proof-keys.json')
  @Header('cache-control', 'public, max-age=300')
  get(): Promise<ProofKeySet> {
    return this.keys.publicKeys();
  }
}
