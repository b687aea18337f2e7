import { type DynamicModule, Module } from '@nestjs/common';
import { ApiDocuments } from './api-documents.js';
import { DocsController } from './docs.controller.js';

@Module({})
export class DocsModule {
  static forRoot(documents: ApiDocuments): DynamicModule {
    const providers = [{ provide: ApiDocuments, useValue: documents }];
    return { module: DocsModule, controllers: [DocsController], providers };
  }
}
