import { Global, Module } from '@nestjs/common';
import { Measures } from './measures.js';

/** Global: whatever happens is counted where it happens. */
@Global()
@Module({ providers: [Measures], exports: [Measures] })
export class MeasuresModule {}
