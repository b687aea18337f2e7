import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { createPayment, createRefund } from '../payments/api/payment.dto.js';
import { COMMANDS } from './commands.js';
import { buildOpenApi } from './openapi.js';
import { buildOperatorsOpenApi } from './operators-openapi.js';

interface Media {
  readonly schema: object;
  readonly examples?: Readonly<Record<string, { readonly $ref?: string; readonly value?: unknown }>>;
}
interface Part {
  readonly content?: Readonly<Record<string, Media>>;
}
interface Operation {
  readonly operationId: string;
  readonly requestBody?: Part;
  readonly responses: Readonly<Record<string, Part>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
  };
}

const DOCUMENTS: readonly [string, Document][] = [
  ['of the API', buildOpenApi() as unknown as Document],
  ['of operators', buildOperatorsOpenApi(COMMANDS) as unknown as Document],
];

describe.each(DOCUMENTS)('the document %s', (_whose, document) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, schemas: [{ ...document, $id: 'api' }] });
  addFormats.default(ajv);

  const valueOf = ({ $ref, value }: { readonly $ref?: string; readonly value?: unknown }): unknown =>
    $ref === undefined ? value : document.components.examples[$ref.split('/').at(-1)!]!.value;

  /** What is wrong with the examples of a body. */
  const faultsOf = (part: Part): string[] =>
    Object.entries(part.content ?? {})
      .filter(([type]) => type.endsWith('json'))
      .flatMap(([, { schema, examples = {} }]) => {
        const { $ref } = schema as { readonly $ref?: string };
        const validate = $ref === undefined ? ajv.compile(schema) : ajv.getSchema(`api${$ref}`)!;
        const values = Object.values(examples).map(valueOf);
        return values.length === 0
          ? ['no example']
          : values.flatMap((value) => (validate(value) ? [] : ajv.errorsText(validate.errors)));
      });

  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  it.each(operations.map((operation) => [operation.operationId, operation] as const))(
    '%s has examples that its schemas take',
    (_id, { requestBody = {}, responses }) => {
      const parts = Object.entries({ ...responses, request: requestBody });
      expect(parts.map(([name, part]) => [name, faultsOf(part)])).toEqual(parts.map(([name]) => [name, []]));
    },
  );

  it('shows no number, name or address that a generator made up', () => {
    const shown = JSON.stringify(document.components.examples);
    expect(shown).not.toMatch(/-?9007199254740991|"string"|@a-zA-Z/u);
  });
});

it('what the page sends as shipped is a request that the gateway takes', () => {
  const { examples } = (buildOpenApi() as unknown as Document).components;
  expect(createPayment.safeParse(examples['CreatePayment']!.value).success).toBe(true);
  expect(createRefund.safeParse(examples['CreateRefund']!.value).success).toBe(true);
});
