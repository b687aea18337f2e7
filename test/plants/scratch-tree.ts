import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Plant, planted } from './plant.js';

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.data', 'coverage']);

/** A copy of the working tree in which bugs are planted; the tree itself is only read. */
export class ScratchTree {
  private constructor(readonly directory: string) {}

  static async copy(root: string): Promise<ScratchTree> {
    const directory = await mkdtemp(path.join(tmpdir(), 'plants-'));
    const filter = (source: string): boolean => !LEFT_OUT.has(path.relative(root, source));
    await cp(root, directory, { recursive: true, filter });
    await symlink(path.join(root, 'node_modules'), path.join(directory, 'node_modules'), 'dir');
    return new ScratchTree(directory);
  }

  read(file: string): Promise<string> {
    return readFile(path.join(this.directory, file), 'utf8');
  }

  /** Runs something while the bug is in. @throws Error as {@link planted} */
  with<T>(plant: Plant, run: () => Promise<T>): Promise<T> {
    return this.withChange(plant.file, (source) => planted(source, plant), run);
  }

  /** Runs something while a file is another. */
  async withChange<T>(file: string, change: (source: string) => string, run: () => Promise<T>): Promise<T> {
    const source = await this.read(file);
    await writeFile(path.join(this.directory, file), change(source));
    try {
      return await run();
    } finally {
      await writeFile(path.join(this.directory, file), source);
    }
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}
