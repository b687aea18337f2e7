import { type DynamicModule, Module } from '@nestjs/common';
import { BrowserFilesController } from './browser-files.controller.js';
import { BrowserFiles } from './browser-files.js';
import { CardFrameController } from './card-frame.controller.js';
import { HostedFieldsController } from './hosted-fields.controller.js';
import { HostedFieldsService, PublicUrl } from './hosted-fields.service.js';

export interface HostedFieldsOptions {
  /** Whether this process serves the REST API. */
  readonly api: boolean;
  readonly publicUrl: string;
}

@Module({})
export class HostedFieldsModule {
  static forRoot({ api, publicUrl }: HostedFieldsOptions): DynamicModule {
    if (!api) return { module: HostedFieldsModule };
    return {
      module: HostedFieldsModule,
      controllers: [BrowserFilesController, CardFrameController, HostedFieldsController],
      providers: [
        { provide: BrowserFiles, useFactory: () => BrowserFiles.ofInstallation() },
        { provide: PublicUrl, useValue: { base: publicUrl } satisfies PublicUrl },
        HostedFieldsService,
      ],
    };
  }
}
