import { existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

const LIMIT_BYTES = 10_000_000;

/** An app's log on disk. A line that the disk does not take is dropped: the app matters more than its log. */
export class LogFile {
  private fd: number | undefined;

  constructor(private readonly file: string) {}

  write(line: string): void {
    try {
      this.fd ??= this.open();
      writeSync(this.fd, `${line}\n`);
    } catch {
      // full or gone: the next line tries again
    }
  }

  private open(): number {
    if (existsSync(this.file) && statSync(this.file).size > LIMIT_BYTES) renameSync(this.file, `${this.file}.1`);
    return openSync(this.file, 'a', 0o600);
  }
}
