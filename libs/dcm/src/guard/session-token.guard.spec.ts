import { inspect } from 'node:util';
import { Controller, Get, Header, Module, UseGuards } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { FakeDcm } from '../testing/fake-dcm.js';
import { aKey, clock, headerOf, rawToken, someClaims } from '../../test/raw-token.js';
import {
  Authorization,
  type AuthorizationClaims,
  type DcmEvent,
  DcmModule,
  type DcmOptions,
  DcmTokens,
  importSigningKey,
  InMemoryIssuedTokens,
  InMemorySigningKeys,
  IssuedTokens,
  SessionTokenGuard,
  SigningKeys,
} from '../index.js';

const ourKey = importSigningKey(aKey('bank').privateKey, 'test-bank');
const dcmKey = aKey('dcm-1');

@Controller()
class BankAuthController {
  @Get('external_id')
  @Header('Cache-Control', 'no-store')
  @UseGuards(SessionTokenGuard)
  externalId(@Authorization() { flow, obj, sub }: AuthorizationClaims): object {
    return { external_id: obj, flow, sub };
  }

  @Get('unguarded')
  unguarded(@Authorization() claims: AuthorizationClaims): object {
    return claims;
  }
}

describe('SessionTokenGuard on a real socket', () => {
  let dcm: FakeDcm;
  let app: NestFastifyApplication;
  let events: DcmEvent[];

  beforeEach(async () => {
    dcm = await FakeDcm.start();
    dcm.jwks = { keys: [dcmKey.jwk] };
    events = [];
  });
  afterEach(async () => {
    await app.close();
    await dcm.stop();
  });

  const start = async (over: Partial<DcmOptions> = {}): Promise<void> => {
    const keys = new InMemorySigningKeys(ourKey);
    const audit = (event: DcmEvent): number => events.push(event);
    const options = { baseUrl: dcm.url, counterpartyGuid: 'guid-1', keys, clock, audit, ...over };
    @Module({ imports: [DcmModule.forRoot(options)], controllers: [BankAuthController] })
    class BankAuthModule {}
    const module = await Test.createTestingModule({ imports: [BankAuthModule] }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
  };
  const ask = async (token?: string, path = 'external_id') => {
    const response = await fetch(`${await app.getUrl()}/${path}`, {
      headers: token === undefined ? {} : { 'X-Session-ID': token },
    });
    return { status: response.status, body: await response.text(), headers: response.headers };
  };
  const good = rawToken(headerOf('dcm-1'), someClaims(), dcmKey.privateKey);

  it('hands the verified claims to the handler, as often as it is asked', async () => {
    await start();
    for (let time = 0; time < 2; time++) {
      const { status, body } = await ask(good);
      expect([status, JSON.parse(body)]).toEqual([
        200,
        { external_id: 'cust-000042', flow: 'sign-in', sub: 'operator@bank.example' },
      ]);
    }
    expect(events).toEqual([]);
  });

  it('answers every failure alike and tells the reason to the audit alone', async () => {
    await start();
    const forged = rawToken(headerOf('dcm-1'), someClaims(), ourKey.privateKey);
    const expired = rawToken(headerOf('dcm-1'), someClaims({ iat: 1, exp: 2 }), dcmKey.privateKey);
    const tokens = [undefined, '', 'x', `Bearer ${good}`, `${good}, ${good}`, forged, expired];
    tokens.push(rawToken(headerOf('nobody'), someClaims(), dcmKey.privateKey));
    const answers = [];
    for (const token of tokens) answers.push(await ask(token));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`))).toEqual(
      new Set(['401 {"error":"Access credentials are invalid"}']),
    );
    expect(events.map((event) => event.event === 'token.refused' && event.code)).toEqual([
      ...Array<string>(5).fill('DCM_MALFORMED'),
      'DCM_SIGNATURE_INVALID',
      'DCM_EXPIRED',
      'DCM_KID_UNKNOWN',
    ]);
    expect(inspect(events)).not.toContain(forged.slice(-30));
    expect(events.at(-1)).toMatchObject({ thumbprint: expect.stringMatching(/^[\w-]{16}$/) });
  });

  it('accepts a new key of DCM on its first callback', async () => {
    await start();
    const next = aKey('dcm-2');
    dcm.jwks = { keys: [dcmKey.jwk, next.jwk] };
    const token = rawToken(headerOf('dcm-2'), someClaims(), next.privateKey);
    expect((await ask(token)).status).toBe(200);
    expect(dcm.jwksFetches).toBe(2);
  });

  it('refuses what this bank did not issue, where only scheme BANK is in use', async () => {
    const issued = new InMemoryIssuedTokens(clock);
    await start({ issued });
    expect((await ask(good)).status).toBe(401);
    expect(events).toMatchObject([{ code: 'DCM_NOT_ISSUED' }]);
    const { flow, obj, sub } = someClaims() as unknown as AuthorizationClaims;
    await app.get(DcmTokens, { strict: false }).authorization({ flow, obj, sub });
    expect((await ask(good)).status).toBe(200);
    expect((await ask(good)).status).toBe(200);
  });

  it('answers 401 when a port fails', async () => {
    class BrokenIssued extends IssuedTokens {
      override record(): Promise<void> {
        return Promise.resolve();
      }
      override has(): Promise<boolean> {
        return Promise.reject(new Error('the store is gone'));
      }
    }
    await start({ issued: new BrokenIssued() });
    expect((await ask(good)).status).toBe(401);
    expect(events).toMatchObject([{ event: 'token.refused', code: 'INTERNAL' }]);
  });

  it('takes our own token only where DCM may forward it', async () => {
    const forwarded = rawToken(headerOf(ourKey.kid), someClaims(), ourKey.privateKey);
    await start({ acceptForwarded: true });
    expect((await ask(forwarded)).status).toBe(200);
    expect((await ask(good)).status).toBe(200);
    expect(dcm.jwksFetches).toBe(1);
    await app.close();
    await start();
    expect((await ask(forwarded)).status).toBe(401);
  });

  it('gives no claims to a handler without the guard', async () => {
    await start();
    expect((await ask(good, 'unguarded')).status).toBe(500);
  });
});

describe('DcmModule', () => {
  const keys = new InMemorySigningKeys(ourKey);
  const compile = async (options: DcmOptions) => {
    const module = await Test.createTestingModule({ imports: [DcmModule.forRoot(options)] }).compile();
    return module.init();
  };

  it('takes its options from other modules', async () => {
    const dcm = await FakeDcm.start();
    @Module({ providers: [{ provide: SigningKeys, useValue: keys }], exports: [SigningKeys] })
    class KeysModule {}
    const dynamic = DcmModule.forRootAsync({
      imports: [KeysModule],
      inject: [SigningKeys],
      useFactory: (given: SigningKeys) => ({ baseUrl: dcm.url, counterpartyGuid: 'guid-1', keys: given }),
    });
    const module = await (await Test.createTestingModule({ imports: [dynamic] }).compile()).init();
    await expect(module.get(DcmTokens).request()).resolves.toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    await module.close();
    await dcm.stop();
  });

  it('refuses plain http to another host', async () => {
    const options = { baseUrl: new URL('http://dcm.example/'), counterpartyGuid: 'guid-1', keys };
    await expect(compile(options)).rejects.toMatchObject({ code: 'DCM_CONFIGURATION' });
  });

  it('refuses one kid for two signers where tokens may be forwarded', async () => {
    const dcm = await FakeDcm.start();
    dcm.jwks = { keys: [{ ...dcmKey.jwk, kid: ourKey.kid }] };
    const options = { baseUrl: dcm.url, counterpartyGuid: 'guid-1', keys, acceptForwarded: true };
    await expect(compile(options)).rejects.toMatchObject({ code: 'DCM_CONFIGURATION', member: 'keys' });
    await dcm.stop();
  });

  it('starts while DCM is away', async () => {
    const options = { baseUrl: new URL('http://127.0.0.1:9/dcm'), counterpartyGuid: 'guid-1', keys };
    const module = await compile(options);
    await module.close();
  });
});
