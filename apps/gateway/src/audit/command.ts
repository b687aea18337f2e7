import { z } from 'zod';
import { type AuditEntry } from './audit.service.js';

/**
 * What somebody is going to do with an installation. `reads`: it must be there, and nothing of it is written.
 * `writes`: it must be there, and is brought up to date. `installs`: it is made where there is none.
 */
export type Access = 'reads' | 'writes' | 'installs';

/** Who asks: the same commands are open to the REST routes and to the command line. */
export type Actor = AuditEntry['actor'];

/** A command with what it is about and who gives it. */
export interface Asked {
  readonly actor: Actor;
  /** Progress, for whoever waits at a terminal. */
  readonly tell: (line: string) => void;
}

/** Where a command is found over HTTP, below `/ops`. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** The body is a file, handed on as it arrives in the member `file`; everything else is in the query. */
  readonly upload?: true;
  /** Default: 201 for POST, 204 for what answers nothing, otherwise 200. */
  readonly status?: number;
}

/** How a member of the input is given at the command line. A secret comes from a file or from standard input, and so does a stream. */
export interface CliOption {
  /** Without the two dashes. */
  readonly flag: string;
  /** `list`: parted by commas. `members_file`: a JSON object whose members are the input's. `key_file`: a private key as JWK or PEM. */
  readonly as:
    'text' | 'list' | 'switch' | 'json' | 'json_file' | 'members_file' | 'secret_file' | 'key_file' | 'stream_file';
  /** Where the option is left out. */
  readonly fallback?: string;
  readonly isNeeded?: true;
}

/** One name at the command line; a route that does several things has one for each. */
export interface CliName {
  readonly name: string;
  /** One sentence, in the imperative. */
  readonly help: string;
  /** Members given by position, after those of the path. A name with "?" may be left out. */
  readonly args?: readonly string[];
  readonly options?: Readonly<Record<string, CliOption>>;
  /** What this name always says. */
  readonly fixed?: Readonly<Record<string, unknown>>;
}

export type AuditNote = Pick<AuditEntry, 'accountId' | 'action' | 'detail'>;

/** Anything that can be had by its class. */
export interface Services {
  get<T>(token: abstract new (...args: never[]) => T): T;
}

/** One thing an operator can do: the routes, the command line and the documents all read this. */
export interface OperatorCommand {
  /** `noun.verb`, unique. */
  readonly id: string;
  readonly summary: string;
  readonly cli: readonly CliName[];
  /** Or why there is none. */
  readonly route: Route | { readonly none: string };
  /** Members of the path, in its order. */
  readonly params: readonly string[];
  /** Of the body; of the query where the route is a GET. */
  readonly input: z.ZodType<object>;
  readonly accessOf: (input: object) => Access;
  /** Leaves its line in the audit. */
  readonly isAudited: boolean;
  /** Does it, and writes its line into the audit. */
  readonly run: (services: Services, input: object, asked: Asked) => Promise<CommandResult>;
}

export interface CommandResult {
  readonly output: unknown;
  readonly notes: readonly AuditNote[];
}

type PathParams<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Record<Name, string> & PathParams<Rest>
  : Path extends `${string}:${infer Name}`
    ? Record<Name, string>
    : unknown;

/** How a command is written down: types follow from the route's path and the schema. */
interface CommandRow<Path extends string, Input extends z.ZodType<object>, Service, Output> {
  readonly id: string;
  /** Default: the help of its one name at the command line. */
  readonly summary?: string;
  readonly cli: readonly CliName[];
  readonly route: (Route & { readonly path: Path }) | { readonly none: string };
  readonly input: Input;
  /** Default: reads what is not audited, writes what is. */
  readonly access?: Access | ((input: z.output<Input>) => Access);
  /** Whose work it is. */
  readonly of: abstract new (...args: never[]) => Service;
  readonly run: (service: Service, input: z.output<Input> & PathParams<Path>, asked: Asked) => Promise<Output>;
  /** Its line in the audit, or that the service itself writes it. */
  readonly audit?:
    | 'by the service'
    | ((input: z.output<Input> & PathParams<Path>, output: Output) => AuditNote | readonly AuditNote[]);
}

/** Input of a command that needs no more than its name. */
export const NOTHING = z.strictObject({});

/** A row of the table of commands. */
export function command<const Path extends string, Input extends z.ZodType<object>, Service, Output>(
  row: CommandRow<Path, Input, Service, Output>,
): OperatorCommand {
  const { id, cli, route, input, audit, access = audit === undefined ? 'reads' : 'writes' } = row;
  type Given = z.output<Input> & PathParams<Path>;
  const path = 'path' in route ? route.path : '';
  return {
    ...{ id, cli, route, input },
    summary: row.summary ?? cli[0]?.help ?? id,
    params: [...path.matchAll(/:(\w+)/gu)].map(([, name = '']) => name),
    accessOf: (given) => (typeof access === 'function' ? access(given as z.output<Input>) : access),
    isAudited: audit !== undefined,
    run: async (services, given, asked) => {
      const output = await row.run(services.get(row.of), given as Given, asked);
      const notes = typeof audit === 'function' ? [audit(given as Given, output)].flat() : [];
      return { output, notes };
    },
  };
}
