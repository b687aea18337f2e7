import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The libraries that are packages, in the order of their names. */
export const PACKAGES = ['alliance', 'card-encryption', 'client', 'dcm', 'keystore', 'webhook-receiver'] as const;
const SCOPE = '@alliance-gateway';
const CONSUMER = path.resolve('test/packages/consumer');
/** A block of a README that is a file: its first line names it. */
const BLOCK = /^```ts\n\/\/ ([\w.-]+\.ts)\n([\s\S]*?)^```$/gm;

const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'es2023', module: 'nodenext', strict: true, outDir: 'dist', rootDir: 'src', types: ['node', 'jest'] },
    ...{ experimentalDecorators: true, emitDecoratorMetadata: true, useDefineForClassFields: false },
    ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noImplicitOverride: true },
    ...{ noPropertyAccessFromIndexSignature: true, verbatimModuleSyntax: false, esModuleInterop: true },
  },
  include: ['src'],
};
const JEST = { testMatch: ['<rootDir>/dist/*.jest.js'], testEnvironment: 'node', transform: {} };

/** A project outside the repository that uses the packages as strangers would. */
export class PackageConsumer {
  private constructor(
    readonly directory: string,
    private readonly workshop: string,
  ) {}

  /** Packs every library, and lays a project that holds what the READMEs show. */
  static async make(): Promise<PackageConsumer> {
    const workshop = await mkdtemp(path.join(tmpdir(), 'packages-'));
    const consumer = new PackageConsumer(path.join(workshop, 'consumer'), workshop);
    await mkdir(path.join(consumer.directory, 'src', 'readme'), { recursive: true });
    await Promise.all([consumer.#pack(), consumer.#write()]);
    return consumer;
  }

  /** Without a network: what was packed is unpacked, and everything else is the repository's own. */
  async link(): Promise<void> {
    const modules = path.join(this.directory, 'node_modules');
    await mkdir(path.join(modules, SCOPE), { recursive: true });
    for (const name of await readdir('node_modules')) {
      if (name !== SCOPE && !name.startsWith('.'))
        await symlink(path.resolve('node_modules', name), path.join(modules, name));
    }
    for (const name of PACKAGES) {
      const folder = path.join(modules, SCOPE, name);
      await mkdir(folder);
      await run('tar', ['-xzf', await this.#tarball(name), '--strip-components=1', '-C', folder]);
    }
    // Express is a package that we do not have.
    for (const name of ['alliance', 'webhook-receiver'])
      await rm(path.join(this.directory, 'src/readme', name, 'main.express.ts'));
    await this.#writeConfig({ skipLibCheck: true }, {});
  }

  /** From the registry, with a major version of Nest. */
  async install(nest: number): Promise<void> {
    const nestPackages = ['common', 'core', 'testing', 'platform-fastify', 'platform-express'];
    const versions = Object.fromEntries(nestPackages.map((name) => [`@nestjs/${name}`, `^${nest}.0.0`]));
    const tarballs = await Promise.all(
      PACKAGES.map(async (name) => [`${SCOPE}/${name}`, `file:${await this.#tarball(name)}`] as const),
    );
    await this.#writeConfig(
      { skipLibCheck: false },
      {
        ...{ ...versions, '@nestjs/axios': nest === 11 ? '^4.0.0' : '^12.0.0', axios: '^1.7.0', rxjs: '^7.8.0' },
        ...{ 'reflect-metadata': '^0.2.0', ...Object.fromEntries(tarballs) },
        ...{
          '@types/node': '^24.0.0',
          '@types/express': '^5.0.0',
          ...{ '@types/jest': '^30.0.0', fastify: '^5.0.0', express: '^5.0.0', pg: '^8.0.0', '@types/pg': '^8.0.0' },
          typescript: '~6.0.0',
          jest: '^30.0.0',
        },
      },
    );
    await this.#run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error']);
  }

  /** Compiles everything strictly. @throws Error with the compiler's words */
  async compile(): Promise<void> {
    await this.#run(process.execPath, [this.#bin('typescript/bin/tsc')]);
  }

  /** @returns what it printed */
  runModules(): Promise<string> {
    return this.#run(process.execPath, ['dist/main.js']);
  }

  /** @returns what it printed */
  runCommonJs(): Promise<string> {
    return this.#run(process.execPath, ['dist/common.cjs']);
  }

  /** @returns what it printed */
  runJest(): Promise<string> {
    return this.#run(process.execPath, [
      '--experimental-vm-modules',
      this.#bin('jest/bin/jest.js'),
      '--config',
      JSON.stringify(JEST),
    ]);
  }

  remove(): Promise<void> {
    return rm(this.workshop, { recursive: true, force: true });
  }

  #bin(name: string): string {
    return path.join(this.directory, 'node_modules', name);
  }

  /** Built outside the repository, so that nothing watches it grow; what `npm pack` does there is `prepack`'s work. */
  async #pack(): Promise<void> {
    for (const name of PACKAGES) {
      const folder = path.join(this.workshop, name);
      const [tsc, project] = [path.resolve('node_modules/typescript/bin/tsc'), `libs/${name}/tsconfig.package.json`];
      await run(process.execPath, [tsc, '-p', project, '--outDir', path.join(folder, 'dist')]);
      for (const file of ['package.json', 'README.md', 'CHANGELOG.md'])
        await cp(`libs/${name}/${file}`, path.join(folder, file));
      await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', this.workshop], { cwd: folder });
    }
  }

  async #tarball(name: string): Promise<string> {
    const { version } = JSON.parse(await readFile(`libs/${name}/package.json`, 'utf8')) as { version: string };
    return path.join(this.workshop, `alliance-gateway-${name}-${version}.tgz`);
  }

  async #write(): Promise<void> {
    await cp(CONSUMER, path.join(this.directory, 'src'), { recursive: true });
    for (const name of PACKAGES) {
      const folder = path.join(this.directory, 'src', 'readme', name);
      await mkdir(folder, { recursive: true });
      for (const [file, text] of await readmeFiles(name)) await writeFile(path.join(folder, file), text);
    }
  }

  async #writeConfig(compilerOptions: object, dependencies: object): Promise<void> {
    const tsconfig = { ...TSCONFIG, compilerOptions: { ...TSCONFIG.compilerOptions, ...compilerOptions } };
    await writeFile(path.join(this.directory, 'tsconfig.json'), JSON.stringify(tsconfig));
    const manifest = { name: 'consumer', private: true, type: 'module', dependencies };
    await writeFile(path.join(this.directory, 'package.json'), JSON.stringify(manifest));
  }

  async #run(command: string, args: readonly string[]): Promise<string> {
    try {
      const { stdout, stderr } = await run(command, args, {
        cwd: this.directory,
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      return stdout + stderr;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${path.basename(command)} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
    }
  }
}

/** The blocks of a README, by the name that each gives itself. */
export async function readmeFiles(name: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(`libs/${name}/README.md`, 'utf8');
  return new Map([...text.matchAll(BLOCK)].map(([, file = '', block = '']) => [file, block]));
}
