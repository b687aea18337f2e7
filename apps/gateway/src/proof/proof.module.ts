import { type DynamicModule, Module } from '@nestjs/common';
import { ProofController } from './proof.controller.js';
import { ProofKeysController } from './proof-keys.controller.js';
import { ProofIssuer, ProofsService } from './proofs.service.js';
import { ProofKeysService } from './proof-keys.service.js';
import { ProofKeyRepository } from './store/proof-key.repository.js';
import { ProofRepository } from './store/proof.repository.js';

export interface ProofOptions {
  /** Whether this process serves the REST API. */
  readonly api: boolean;
  /** Absolute; it stands in every proof. */
  readonly publicUrl: string;
}

@Module({ providers: [ProofKeyRepository, ProofKeysService, ProofRepository, ProofsService] })
export class ProofModule {
  static forRoot({ api, publicUrl }: ProofOptions): DynamicModule {
    const issuer: ProofIssuer = { url: publicUrl.replace(/\/+$/u, '') };
    return {
      module: ProofModule,
      controllers: api ? [ProofController, ProofKeysController] : [],
      providers: [{ provide: ProofIssuer, useValue: issuer }],
    };
  }
}
