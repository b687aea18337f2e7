import { type CallId, CALLS } from '#libs/alliance';

export interface Endpoint {
  readonly id: string;
  readonly auth: string;
  readonly path: string;
}

/** What the contract suite has seen of one endpoint. */
export interface Proof {
  /** Bodies that went through both sides. */
  readonly bodies: number;
  /** Members without which both sides refused. */
  readonly refused: ReadonlySet<string>;
}

/** How many request and answer bodies the bank has printed of a call. */
export type Examples = (id: CallId) => readonly [requests: number, answers: number];

interface Row {
  readonly v1?: { readonly path: string };
  readonly v2?: { readonly path: string };
  readonly open?: { readonly path: string };
  readonly page?: { readonly path: string };
}

const callOf = (path: string): CallId | undefined =>
  (Object.keys(CALLS) as CallId[]).find((id) => {
    const row: Row = CALLS[id];
    return [row.v1, row.v2, row.open, row.page].some((place) => place?.path === path);
  });

const shown = ([requests, answers]: readonly [number, number]): string =>
  requests + answers === 0 ? 'none printed' : `${requests} + ${answers}`;

const rowOf = ({ id, auth, path }: Endpoint, proof: Proof | undefined, examples: Examples): string => {
  const call = callOf(path);
  const tested = proof ? `${proof.bodies}, ${proof.refused.size} members` : 'no';
  const cells = [`\`${id}\``, auth, `\`${path}\``, call ? `\`${call}\`` : 'no', proof ? 'yes' : 'no'];
  return `| ${[...cells, call ? shown(examples(call)) : '', tested].join(' | ')} |`;
};

/** Every documented endpoint of the bank, and what is known of it on both sides. */
export function coverageTable(
  endpoints: readonly Endpoint[],
  proofs: ReadonlyMap<string, Proof>,
  examples: Examples,
): string {
  const rows = endpoints.map((endpoint) => rowOf(endpoint, proofs.get(endpoint.path), examples));
  const covered = endpoints.filter(({ path }) => proofs.has(path) && callOf(path)).length;
  return `# What is covered of the bank's protocol

Written by \`test/contract/every-endpoint.spec.ts\`, which fails when this page is not of today;
\`npm run coverage:protocol\` writes it anew. ${covered} of ${endpoints.length} documented endpoints are covered.

- **Library**: the row of \`libs/alliance\` that calls it.
- **Simulator**: it is served by \`apps/simulator\`, which knows nothing of the library.
- **Examples**: request and answer bodies that the bank has printed.
- **Test**: bodies that the client has built, the simulator has taken and answered, and the client has read; and how many
  required members both refuse to miss, left out one at a time (what the client fills in by itself, the simulator alone).

<!-- prettier-ignore -->
| Endpoint | Auth. | Path | Library | Simulator | Examples | Test |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
