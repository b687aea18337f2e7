import { Controller, Get, Header } from '@nestjs/common';
import { StoredSigningKeys } from '../store/stored-signing-keys.js';

/** Our public keys as a JWK Set, for whoever verifies what we sign. Source: RFC 7517 section 5; bank guide, "JWT by DCM". */
@Controller('.well-known')
export class JwksController {
  constructor(private readonly keys: StoredSigningKeys) {}

  @Get('jwks.json')
  @Header('cache-control', 'public, max-age=300')
  async jwks(): Promise<{ keys: readonly object[] }> {
    return { keys: await this.keys.publicJwks() };
  }
}
