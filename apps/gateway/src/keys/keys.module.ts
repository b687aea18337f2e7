import { Global, Module, type DynamicModule } from '@nestjs/common';
import { type KekProvider, KeystoreModule } from '#libs/keystore';
import { GatewayKeystore } from './gateway-keystore.js';
import { KekFile } from './kek-file.js';
import { KekRotationService } from './kek-rotation.service.js';
import { SealedColumns } from './sealed-column.js';
import { SealedValuesRepository } from './sealed-values.repository.js';

/** How long and how many unwrapped DEKs are kept where every unwrap is a call over the network. */
const DEK_CACHE = { maxEntries: 10_000, maxAgeMs: 300_000 };

export interface KeysOptions {
  readonly keks: KekProvider;
  readonly file: KekFile;
  /** The KEKs are behind a network. */
  readonly remote: boolean;
}

/** The one keystore of the process. Global, because every room that persists a secret needs it. */
@Global()
@Module({})
export class KeysModule {
  static forRoot({ keks, file, remote }: KeysOptions, columns: SealedColumns): DynamicModule {
    return {
      module: KeysModule,
      imports: [
        KeystoreModule.forRoot({
          keks,
          ...(remote && { dekCache: DEK_CACHE }),
          create: (...given) => new GatewayKeystore(...given),
        }),
      ],
      providers: [
        { provide: KekFile, useValue: file },
        { provide: SealedColumns, useValue: columns },
        KekRotationService,
        SealedValuesRepository,
      ],
      exports: [KeystoreModule, KekRotationService],
    };
  }
}
