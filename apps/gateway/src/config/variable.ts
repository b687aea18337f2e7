import { type z } from 'zod';

/** Variables by name, as they come from the environment. */
export type Values = Readonly<Record<string, string>>;

/** One variable: how it is read, and what docs/configuration.md says of it. */
export interface Variable {
  readonly schema: z.ZodType;
  /** A sentence for the operator, in Markdown. */
  readonly meaning: string;
  /** What counts where it is not set, in Markdown. */
  readonly fallback?: string;
  /** May be given as `NAME_FILE` instead, so that the secret is in no process listing. */
  readonly byFile?: boolean;
  /** Others may have set it for purposes of their own: when it is read. */
  readonly readIf?: (values: Values) => boolean;
  /** `npm start` gives it a value of its own instead of handing on what it was given. */
  readonly isOwn?: boolean;
}

/** What the variables of a table are, once read. */
export type Read<Table extends Readonly<Record<string, Variable>>> = {
  readonly [Name in keyof Table]: z.output<Table[Name]['schema']>;
};

/** What is no JSON fails the schema that follows, which says what was expected. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
