import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Options, transformSync } from '@swc/core';

/** Milliseconds. Longer, and the mutant has made a loop without end: that is noticed, too. */
const TRIAL_MS = 60_000;

/** Compiled code of the gateway and its unit specs, in which one file at a time is another. The tree itself is only read. */
export class CompiledTree {
  private readonly directory = mkdtempSync(path.join(tmpdir(), 'mutants-'));
  private readonly options: Options;

  constructor(
    private readonly root: string,
    specs: readonly string[],
  ) {
    const { module, jsc } = JSON.parse(readFileSync(path.join(root, '.swcrc'), 'utf8')) as Options;
    this.options = { swcrc: false, sourceMaps: false, ...(module && { module }), ...(jsc && { jsc }) };
    for (const part of ['apps/gateway', 'libs', 'test/mutants'])
      cpSync(path.join(root, 'dist', part), path.join(this.directory, 'dist', part), { recursive: true });
    cpSync(path.join(root, 'package.json'), path.join(this.directory, 'package.json'));
    symlinkSync(path.join(root, 'node_modules'), path.join(this.directory, 'node_modules'), 'dir');
    for (const spec of specs) this.write(spec, readFileSync(path.join(root, spec), 'utf8'));
  }

  /** @param groups of specs, one after the other @returns whether one of them notices that the file is another */
  async notices(file: string, text: string, groups: readonly (readonly string[])[]): Promise<boolean> {
    this.write(file, text);
    try {
      for (const specs of groups) if (await this.fails(specs)) return true;
      return false;
    } finally {
      this.write(file, readFileSync(path.join(this.root, file), 'utf8'));
    }
  }

  /** @throws Error when there is no test in them */
  async fails(specs: readonly string[]): Promise<boolean> {
    const runner = path.join(this.directory, 'dist/test/mutants/run-specs.js');
    const files = specs.map((spec) => this.compiled(spec));
    const child = spawn(process.execPath, [runner, ...files], { cwd: this.directory, stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), TRIAL_MS);
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    clearTimeout(timer);
    if (code === 2) throw new Error(`there is no test in ${specs.join(', ')}`);
    return code !== 0;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private write(file: string, text: string): void {
    const at = this.compiled(file);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, transformSync(text, { ...this.options, filename: path.basename(file) }).code);
  }

  private compiled(file: string): string {
    return path.join(this.directory, 'dist', file.replace(/\.ts$/u, '.js'));
  }
}
