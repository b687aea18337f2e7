import { type z } from 'zod';
import { type CliName } from './command.js';

/** Where a tool runs. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Something at the command line that opens no installation: it speaks to a gateway or to a shop as anybody could. */
export interface Tool {
  readonly cli: CliName;
  readonly input: z.ZodType<object>;
  /** @returns the exit code */
  readonly run: (input: object, terminal: Terminal) => Promise<number>;
}

/** How a tool is written down: what it is run with follows from its schema. */
export function tool<Input extends z.ZodType<object>>(row: {
  readonly cli: CliName;
  readonly input: Input;
  readonly run: (input: z.output<Input>, terminal: Terminal) => Promise<number>;
}): Tool {
  const { cli, input } = row;
  return { cli, input, run: (given, terminal) => row.run(given as z.output<Input>, terminal) };
}

/** A tool cannot do what it was asked for; the message is for the person at the terminal. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  /** Shown as a sentence, without a stack. */
  readonly code = 'TOOL_FAILED';

  /** @param isFinal whether a repeat would fail the same way */
  constructor(
    message: string,
    readonly isFinal = true,
  ) {
    super(message);
  }
}
