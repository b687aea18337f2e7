import { Global, Module, type DynamicModule } from '@nestjs/common';
import { EnvelopeKeystore, type KekProvider, Keystore } from '#libs/keystore';

/** The one keystore of the process. Global, because every room that persists a secret needs it. */
@Global()
@Module({})
export class KeystoreModule {
  static forRoot(keks: KekProvider): DynamicModule {
    return {
      module: KeystoreModule,
      providers: [{ provide: Keystore, useValue: new EnvelopeKeystore(keks) }],
      exports: [Keystore],
    };
  }
}
