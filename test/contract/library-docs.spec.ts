import path from 'node:path';
import ts from 'typescript';

/** A library, and the names that its examples may use besides its own exports. */
interface Library {
  readonly name: string;
  /** What its users import from, below `libs/<name>/src`. */
  readonly doors: readonly string[];
  /** TypeScript that runs once before the examples do. */
  readonly made?: string;
  /** Names without a value. Examples that use one are compiled and not run. */
  readonly declared?: string;
}

const LIBRARIES: readonly Library[] = [
  {
    name: 'alliance',
    doors: ['index', 'testing/index'],
    made: `
      const { generateKeyPairSync } = await import('node:crypto');
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-384' });
      const privateJwk: unknown = pair.privateKey.export({ format: 'jwk' });
      const clientKey = await CommunicationKey.import(privateJwk);
      const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      const signingKey = SigningKey.import(pem, { kid: '9a3f6e6d-4f56-4b8b-99d3-24db19f54d8a' });
      const paymentKey = testSession().serverPublic;
      const session: BankSession = { ...testSession(), version: 1 };
      const redis = new MemoryRedis();`,
    declared: `
      import { randomUUID } from 'node:crypto';
      import { type HttpService } from '@nestjs/axios';
      declare const accounts: AllianceAccounts, account: AllianceAccount, accountId: string, merchantId: string;
      declare const alliance: AllianceClient, sessions: AllianceSession, clock: BankClock;
      declare const http: HttpService, interceptor: AllianceHttpInterceptor;
      declare const merchantRequestId: string, hppOrderId: string, operationId: string, token: string, body: Uint8Array;
      declare const refund: CreateRefund, completion: BodyOf<'h2h.preauth.completion'>;
      declare const bankKeyOf: BankKeyResolver, RedisSessionStore: new (redis: MemoryRedis) => SessionStore;
      declare const accountFromDatabase: AllianceAccounts['load'];
      declare function alarm(text: string): Promise<void>;
      declare function commit(): Promise<void>;`,
  },
  {
    name: 'dcm',
    doors: ['index', 'testing/index'],
    made: `
      const signingKey = await generateSigningKey('live-bank');
      const pem = signingKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      const jwk = signingKey.publicJwk;
      const keys = new InMemorySigningKeys(signingKey);
      const tokens = new DcmTokens({ keys });
      const verifier = new DcmVerifier(new FixedKeySet([jwk]));
      const until = new Date(Date.now() + 300_000);`,
    declared: `
      import { UseGuards } from '@nestjs/common';
      declare const baseUrl: URL, counterpartyGuid: string;
      declare const dcm: DcmClient, callbacks: DcmCallbacks, sessionTokens: SessionTokens;
      declare const token: string, header: string, body: Uint8Array;
      declare const secrets: { read(name: string): Promise<string> };
      declare const table: Record<'insert', (row: object) => Promise<void>> &
        Record<'insertOnce' | 'exists', (row: object) => Promise<boolean>>;`,
  },
  {
    name: 'keystore',
    doors: ['index', 'testing/index'],
    made: `
      const keyFile = JSON.stringify({ current: 'main_v1', keys: { main_v1: Buffer.alloc(32, 7).toString('base64url') } });
      const keks = LocalKekProvider.from(parseLocalKeys(keyFile));
      const newKeks = LocalKekProvider.from(generateLocalKeys());
      const keystore: Keystore = testKeystore();
      const dek = Buffer.alloc(32, 1);
      const place: SealPlace = { table: 'shop', column: 'key_sealed', row: '1', accountId: 'shop', version: 1 };
      const obtainSecret = (): Promise<Uint8Array> => Promise.resolve(Buffer.from('secret'));
      const { generateKeyPairSync } = await import('node:crypto');
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-384' });
      const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();`,
    declared: `declare const secrets: { read(name: string): Promise<string> };`,
  },
  {
    name: 'card-encryption',
    doors: ['index'],
    made: `
      const { generateKeyPairSync } = await import('node:crypto');
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
      const paymentKey = publicKey.export({ format: 'jwk' }) as PaymentKey;`,
  },
  { name: 'client', doors: ['index'], declared: `declare const gateway: GatewayClient;` },
  { name: 'strict-json', doors: ['index'] },
  {
    name: 'webhook-receiver',
    doors: ['index'],
    made: `
      const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
      const body = JSON.stringify({
        ...{ id: 'evt_1', type: 'payment.succeeded', subject: { type: 'payment', id: 'pay_1' }, sequence: 2, data: {} },
      });
      const request = { headers: signWebhook({ id: 'evt_1', timestamp: Math.floor(Date.now() / 1_000), body }, [secret]), body };`,
    declared: `
      import { createServer } from 'node:http';
      import { type Pool } from 'pg';
      declare const pool: Pool, webhooks: WebhookReceiver;`,
  },
  { name: 'embedded-postgres', doors: ['index'], declared: `import pg from 'pg';` },
];

/** Caught or filled in, rather than called. */
const NEEDS_NO_EXAMPLE = /(Error|Options)$/;
/** `expression; // => value` states a result, `expression; // throws { code: … }` some members of an error. */
const RESULT = /^(\s*)(\S.*?);?\s*\/\/ => (.+)$/gm;
const FAILURE = /^(\s*)(\S.*?);?\s*\/\/ throws (\{.+\})$/gm;
const CHECKS = `
  declare function same<T>(actual: T, expected: NoInfer<T>): void;
  declare function fails(work: () => unknown, members: object): Promise<void>;`;

interface Export {
  readonly library: Library;
  readonly name: string;
  readonly door: string;
  readonly symbol: ts.Symbol;
}

interface Example {
  readonly library: Library;
  /** The export, and its member where it is the member's: `AllianceClient.refund`. */
  readonly of: string;
  readonly code: string;
}

const withChecks = (code: string): string =>
  code.replace(RESULT, '$1same($2, $3);').replace(FAILURE, '$1await fails(async () => $2, $3);');
const isValue = (symbol: ts.Symbol): boolean => (symbol.flags & ts.SymbolFlags.Value) !== 0;
const textOf = (parts: readonly ts.SymbolDisplayPart[] = []): string => ts.displayPartsToString([...parts]);
const nameOf = ({ library, name }: Export): string => `${library.name}: ${name}`;
const fileOf = ({ name }: Library, door: string): string => path.resolve('libs', name, 'src', `${door}.ts`);
/** Beside this file, so that imports are found as they are from here. Nothing is written. */
const moduleName = (at: number): string => path.resolve('test/contract', `example-${at}.ts`);

function readCompilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile('tsconfig.json', (file) => ts.sys.readFile(file)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, '.');
  return { ...options, noUnusedLocals: false, noUnusedParameters: false }; // an example may end with what it got
}

/** Files are read once for both programs; modules of examples come from memory. */
function createHost(options: ts.CompilerOptions, modules: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const files = new Map<string, ts.SourceFile | undefined>();
  return {
    ...host,
    fileExists: (file) => modules.has(file) || host.fileExists(file),
    getSourceFile: (file, language) => {
      const text = modules.get(file);
      if (!files.has(file)) {
        const made =
          text === undefined ? host.getSourceFile(file, language) : ts.createSourceFile(file, text, language);
        files.set(file, made);
      }
      return files.get(file);
    },
  };
}

/** What the doors export and, in a second program, a module for each example. */
class Documentation {
  readonly exports: readonly Export[];
  readonly examples: readonly Example[];
  readonly #doors: ts.TypeChecker;
  readonly #program: ts.Program;

  constructor() {
    const options = readCompilerOptions();
    const modules = new Map<string, string>();
    const host = createHost(options, modules);
    const files = LIBRARIES.flatMap((library) => library.doors.map((door) => fileOf(library, door)));
    const doors = ts.createProgram(files, options, host);
    this.#doors = doors.getTypeChecker();
    this.exports = LIBRARIES.flatMap((library) => this.#exportsOf(doors, library));
    this.examples = this.exports.flatMap((one) => this.#examplesOf(one));
    this.examples.forEach((example, at) => modules.set(moduleName(at), this.#moduleOf(example)));
    this.#program = ts.createProgram([...files, ...modules.keys()], options, host, doors);
  }

  isDocumented({ symbol }: Export): boolean {
    return textOf(symbol.getDocumentationComment(this.#doors)) !== '';
  }

  /** Functions, and classes that somebody makes, extends or is given. */
  needsExample({ symbol, name }: Export): boolean {
    if (!isValue(symbol) || NEEDS_NO_EXAMPLE.test(name)) return false;
    const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0;
    return isClass || this.#program.getTypeChecker().getTypeOfSymbol(symbol).getCallSignatures().length > 0;
  }

  hasExample({ library, name }: Export): boolean {
    return this.examples.some((one) => one.library === library && one.of.split('.')[0] === name);
  }

  /** What the compiler says of an example, with the line that it says it of. */
  problemsOf(example: Example): string[] {
    const file = this.#moduleFile(example);
    return ts.getPreEmitDiagnostics(this.#program, file).map(({ messageText, start = 0 }) => {
      const { line } = file.getLineAndCharacterOfPosition(start);
      const text = file.text.split('\n')[line]?.trim() ?? '';
      return `${example.library.name}: ${example.of}: ${ts.flattenDiagnosticMessageText(messageText, ' ')} in \`${text}\``;
    });
  }

  /** Whether it states a result and has all that it needs. */
  canRun(example: Example): boolean {
    const checker = this.#program.getTypeChecker();
    const file = this.#moduleFile(example);
    const { declared = '' } = example.library;
    const start = file.text.indexOf(declared);
    const hasNoValue = (node: ts.Node): boolean => {
      const symbol = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
      const declaration = symbol?.declarations?.[0];
      const at = declaration?.getSourceFile() === file ? declaration.pos - start : -1;
      return (at >= 0 && at < declared.length) || (ts.forEachChild(node, hasNoValue) ?? false);
    };
    return withChecks(example.code) !== example.code && !file.statements.filter(ts.isBlock).some(hasNoValue);
  }

  #moduleFile(example: Example): ts.SourceFile {
    return this.#program.getSourceFile(moduleName(this.examples.indexOf(example)))!;
  }

  #exportsOf(program: ts.Program, library: Library): Export[] {
    return library.doors.flatMap((door) => {
      const module = this.#doors.getSymbolAtLocation(program.getSourceFile(fileOf(library, door))!);
      return this.#doors.getExportsOfModule(module!).map((symbol) => {
        const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
        return { library, door, name: symbol.name, symbol: isAlias ? this.#doors.getAliasedSymbol(symbol) : symbol };
      });
    });
  }

  /** Of the export itself, of its members and of its static ones. */
  #examplesOf({ library, name, symbol }: Export): Example[] {
    const members = [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])];
    const owners = [[name, symbol] as const, ...members.map((member) => [`${name}.${member.name}`, member] as const)];
    return owners.flatMap(([of, owner]) =>
      owner
        .getJsDocTags(this.#doors)
        .filter((tag) => tag.name === 'example')
        .map(({ text }) => ({ library, of, code: textOf(text) })),
    );
  }

  #moduleOf({ library, code }: Example): string {
    const imports = library.doors.map((door) => {
      const exports = this.exports.filter((one) => one.library === library && one.door === door);
      const names = exports.map(({ name, symbol }) => (isValue(symbol) ? name : `type ${name}`));
      return `import { ${names.join(', ')} } from '../../libs/${library.name}/src/${door}.js';`;
    });
    const { declared = '', made = '' } = library;
    return [...imports, declared, CHECKS, made, '{', withChecks(code), '}', 'export {};'].join('\n');
  }
}

type Run = () => Promise<void>;

/** The examples of a library as functions, in a module whose address is its text. */
async function load(library: Library, examples: readonly Example[]): Promise<readonly Run[]> {
  const exports: Record<string, unknown> = {};
  // One after the other: they share modules, and Jest does not link those twice at one time.
  for (const door of library.doors) {
    Object.assign(exports, await import(`../../libs/${library.name}/src/${door}.js`));
  }
  const runs = examples.map(({ code }) => `async () => {\n${withChecks(code)}\n}`);
  const source = `export default async ({ ${Object.keys(exports).join(', ')} }, same, fails) => {
    ${library.made ?? ''}
    return [${runs.join(',\n')}];
  };`;
  const script = ts.transpile(source, { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext });
  const module = (await import(`data:text/javascript,${encodeURIComponent(script)}`)) as {
    default(...given: readonly unknown[]): Promise<readonly Run[]>;
  };
  return module.default(exports, same, fails);
}

const same = (actual: unknown, expected: unknown): void => {
  expect(actual).toEqual(expected);
};

async function fails(work: () => Promise<unknown>, members: object): Promise<void> {
  await expect(work()).rejects.toMatchObject(members);
}

describe('the documentation of the libraries', () => {
  const documentation = new Documentation();
  const { exports, examples } = documentation;
  const running = examples.filter((example) => documentation.canRun(example));

  it('says what every export is', () => {
    expect(exports.length).toBeGreaterThan(150);
    expect(exports.filter((one) => !documentation.isDocumented(one)).map(nameOf)).toEqual([]);
  });

  it('shows how every function and every class is used', () => {
    const silent = exports.filter((one) => documentation.needsExample(one) && !documentation.hasExample(one));
    expect(silent.map(nameOf)).toEqual([]);
  });

  it('has examples that compile', () => {
    expect(examples.flatMap((example) => documentation.problemsOf(example))).toEqual([]);
    expect(running.length).toBeGreaterThan(40);
  });

  describe.each([...Map.groupBy(running, ({ library }) => library.name)])('%s', (_name, ofLibrary) => {
    let runs: readonly Run[];
    beforeAll(async () => {
      runs = await load(ofLibrary[0]!.library, ofLibrary);
    });

    it.each(ofLibrary.map(({ of }, at) => [of, at] as const))('%s does what its example says', async (_of, at) => {
      expect.hasAssertions();
      await runs[at]!();
    });
  });
});
