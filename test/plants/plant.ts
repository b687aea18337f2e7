/** A bug of one line that the compiler lets through. */
export interface Plant {
  /** Short and telling, for example `adapter/currency-by-default`. */
  readonly name: string;
  readonly file: string;
  /** Text that stands exactly once in the file: as short as it can be, so that it survives changes around it. */
  readonly text: string;
  readonly replacement: string;
  /** Spec files of which at least one has to fail. */
  readonly noticedBy: readonly string[];
  /** What it would do to somebody. */
  readonly why: string;
  /** One of the handful that every change has to pass; quick ones only. */
  readonly quick?: true;
}

/** @returns the file with the bug in it @throws Error when the text is gone, or stands there more than once */
export function planted(source: string, { name, file, text, replacement }: Plant): string {
  const parts = source.split(text);
  if (parts.length === 2) return parts.join(replacement);
  const times = parts.length === 1 ? 'is not there any more' : `stands there ${parts.length - 1} times`;
  throw new Error(`${name}: the text to replace ${times} in ${file}:\n  ${text}`);
}
