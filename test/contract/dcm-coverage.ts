import { readFileSync } from 'node:fs';

type Json = Readonly<Record<string, unknown>>;

interface Member {
  readonly name: string;
  readonly required: boolean;
}
export interface Endpoint {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly response: readonly Member[];
}

/** Published examples and the endpoints of the reference. */
export const fixture = (name: string): Json =>
  JSON.parse(readFileSync(`test/fixtures/dcm/${name}.json`, 'utf8')) as Json;
export const ENDPOINTS = JSON.parse(readFileSync('test/fixtures/dcm/endpoints.json', 'utf8')) as readonly Endpoint[];

/** The claims of a published token; placeholders of ciphertext become base64, which the rules ask for. */
export const exampleClaims = (name: string): Json =>
  JSON.parse(
    JSON.stringify(fixture(name)['payload']).replaceAll(/BASE64-[A-Z-]+/gu, (word) =>
      Buffer.from(word).toString('base64'),
    ),
  ) as Json;

/** Members that the reference calls required and that an answer lacks. `keys[].guid` looks into the first element. */
export function lacking(id: string, answer: unknown): readonly string[] {
  const endpoint = ENDPOINTS.find((candidate) => candidate.id === id);
  const required = (endpoint?.response ?? []).filter((member) => member.required && !member.name.startsWith('('));
  return required.map(({ name }) => name).filter((name) => valueAt(answer, name) === undefined);
}

const valueAt = (value: unknown, path: string): unknown => {
  const names = path.split(/[.,]/u).flatMap((name) => (name.endsWith('[]') ? [name.slice(0, -2), '0'] : [name]));
  return names.reduce<unknown>((found, name) => (found as Json | undefined)?.[name], value);
};

/** How a side has to do with an endpoint. A side that is not named has nothing to do with it. */
export interface Cells {
  readonly lib?: 'calls' | 'reads' | 'verifies' | 'answers' | 'refuses';
  readonly simulator?: 'answers' | 'calls' | 'refuses';
  readonly gateway?: 'calls' | 'serves' | 'keeps';
  readonly example?: string;
}

/** What the tests of a file have tried, as a table. */
export class Coverage {
  private readonly cells = new Map<string, Cells & { readonly test: string }>();

  /** To be called at the end of a test. */
  add(test: string, id: string, cells: Cells): void {
    if (!ENDPOINTS.some((endpoint) => endpoint.id === id)) throw new TypeError(`${id} is no endpoint`);
    this.cells.set(id, { ...this.cells.get(id), ...cells, test });
  }

  /** Of an endpoint that another test has called. */
  addExample(id: string, example: string): void {
    const cells = this.cells.get(id);
    if (!cells) throw new TypeError(`${id} was not called`);
    this.cells.set(id, { ...cells, example });
  }

  missing(): readonly string[] {
    return ENDPOINTS.map(({ id }) => id).filter((id) => {
      const { lib, simulator } = this.cells.get(id) ?? {};
      return lib === undefined || simulator === undefined;
    });
  }

  table(): string {
    const rows = ENDPOINTS.map(({ id, method, path }) => {
      const { lib = '–', simulator = '–', gateway = '–', example, test = '–' } = this.cells.get(id) ?? {};
      const shown = example === undefined ? '–' : `\`${example}\``;
      return `| \`${id}\` | \`${method} ${path}\` | ${lib} | ${simulator} | ${gateway} | ${shown} | ${test} |`;
    });
    const head = '| Endpoint | Call | lib | Simulator | Gateway | Example | Test |\n| - | - | - | - | - | - | - |';
    return `${head}\n${rows.join('\n')}\n`;
  }
}
