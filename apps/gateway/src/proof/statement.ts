import { z } from 'zod';

/** Raised when members change their meaning; new members alone do not. */
export const STATEMENT_VERSION = 1;

const time = z.iso.datetime();
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/u)
  .meta({ examples: ['5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef'] });
/** What the bank may be asked by, in its own words, since it is its support that reads them. */
const QUERY_MEMBERS = ['merchantRequestId', 'hppOrderId', 'operationId'] as const;
const bankWord = z.string().nullable();
const minorUnits = z.int();

const evidence = z
  .object({
    text: z.string().meta({
      description: 'As the database of the gateway keeps it.',
      examples: ['{"at": "2026-01-31T12:00:00.000Z", "source": "order_query", "status": "SUCCESS"}'],
    }),
    sha256,
    how: z
      .enum(['answer', 'query'])
      .nullable()
      .meta({ description: '`answer`: to the request itself. `query`: the bank was asked. Null: neither is kept.' }),
    by: z.enum(QUERY_MEMBERS).nullable().meta({ description: 'What the bank was asked by, or answered to.' }),
    id: z.string().nullable(),
    at: time.nullable().meta({ description: 'When the bank said it.' }),
  })
  .nullable()
  .meta({ description: 'What the bank said.' });
export type ProofEvidence = NonNullable<z.output<typeof evidence>>;

const operation = z.object({
  id: z.string().meta({ examples: ['op_01934f2c7b7a7c3e9d1f2a3b4c5d6e80'] }),
  kind: z.string().meta({ examples: ['purchase'] }),
  status: z.string().meta({ examples: ['succeeded'] }),
  amount: minorUnits.nullable(),
  currency: z.string().meta({ examples: ['UAH'] }),
  failure: z.string().nullable(),
  createdAt: time,
  sentAt: time.nullable().meta({ description: 'Latest moment at which the request left. Null: it was not ours.' }),
  timesSent: z.int(),
  timesAsked: z.int().meta({ description: 'How often the bank was asked about this operation alone.' }),
  merchantId: z.string().meta({ examples: ['3f1c7f0e-5a51-4f4e-9d0e-2b1f6c1f2a10'] }),
  merchantRequestId: bankWord,
  hppOrderId: bankWord,
  operationId: bankWord.meta({ examples: ['1792843200000Ab3dE_f-GhI'] }),
  refusalCode: bankWord.meta({ description: 'Code of the bank with which it refused the request.' }),
  evidence,
});

const move = z.object({
  at: time,
  operationId: z.string().nullable().meta({ description: 'Of the gateway. Null: the payment itself.' }),
  from: z.string().nullable(),
  to: z.string().meta({ examples: ['succeeded'] }),
  cause: z.string().meta({ description: 'Who caused it: merchant, bank, clock or operator.', examples: ['bank'] }),
  evidence,
});

const callback = z.object({
  id: z.string().meta({ examples: ['cb_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'] }),
  receivedAt: time,
  deliveries: z.int().meta({ description: 'How often the same body came.' }),
  outcome: z
    .string()
    .nullable()
    .meta({ examples: ['read jwe'] }),
  sha256,
});

export const proofStatement = z
  .object({
    version: z.literal(STATEMENT_VERSION),
    about: z.string().meta({ description: 'In words: what this is and how it is checked.' }),
    issuer: z.string().meta({ description: 'Address of the gateway that signed it.' }),
    keys: z.string().meta({ description: 'Where its public keys are.' }),
    issuedAt: time,
    merchantAccountId: z.string(),
    livemode: z.boolean(),
    payment: z.object({
      id: z.string(),
      method: z.string(),
      captureMethod: z.enum(['automatic', 'manual']),
      reference: z.string().nullable(),
      status: z.string(),
      failure: z.string().nullable(),
      flags: z.array(z.string()),
      amount: minorUnits,
      currency: z.string(),
      amountAuthorized: minorUnits,
      amountCaptured: minorUnits,
      amountRefunded: minorUnits,
      createdAt: time,
      endedAt: time.nullable(),
      cardMask: bankWord,
      rrn: bankWord,
      approvalCode: bankWord,
      terminal: bankWord,
      paidAt: time.nullable().meta({ description: 'As the bank told it.' }),
    }),
    operations: z.array(operation).meta({ description: 'Purchase or hold, captures, releases and refunds.' }),
    history: z.array(move).meta({ description: 'Every change of a status, in their order.' }),
    callbacks: z.array(callback).meta({ description: 'What the bank posted. A callback moves nothing by itself.' }),
    leftOut: z
      .object({ history: z.int(), callbacks: z.int() })
      .meta({ description: 'Rows past the longest list of a proof.' }),
    hashes: z.string().meta({ description: 'What each hash is of, and how it is made again.' }),
  })
  .meta({ id: 'ProofStatement' });
export type ProofStatement = z.output<typeof proofStatement>;

export const paymentProof = z
  .object({
    object: z.literal('payment_proof'),
    statement: proofStatement.meta({ description: 'For reading. Only `jws` is signed, and it holds the same.' }),
    jws: z.string().meta({
      description: 'Compact JWS (RFC 7515) of the statement, signed with ES256. `kid` names the key.',
    }),
  })
  .meta({ id: 'PaymentProof', description: 'Keep the file as it is. `proof verify` checks it offline.' });
export type PaymentProof = z.output<typeof paymentProof>;

export const proofKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string().meta({ examples: ['f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU'] }),
  y: z.string().meta({ examples: ['x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0'] }),
  use: z.literal('sig'),
  alg: z.literal('ES256'),
  kid: z.string().meta({
    description: '`proof_` and the thumbprint of the key (RFC 7638, SHA-256).',
    examples: ['proof_oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U'],
  }),
  createdAt: time,
  retiredAt: time
    .nullable()
    .meta({ description: 'Since then it signs nothing, and a proof that is younger is none.', examples: [null] }),
});
export type ProofKey = z.output<typeof proofKey>;

export const proofKeySet = z
  .object({ keys: z.array(proofKey) })
  .meta({ id: 'ProofKeySet', description: 'JWK Set (RFC 7517). Keys stay in it for good, so that old proofs verify.' });
export type ProofKeySet = z.output<typeof proofKeySet>;
