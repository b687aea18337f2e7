import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { HealthService, type Readiness } from './health.service.js';

@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  /** The process runs. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The process can take payments. A bank that is down does not count: payments are accepted and settled later. */
  @Get('ready')
  async ready(): Promise<Readiness> {
    const readiness = await this.health.check();
    if (readiness.status !== 'ok')
      throw new ServiceUnavailableException(`Not ready: ${readiness.reason ?? 'unknown'}.`);
    return readiness;
  }
}
