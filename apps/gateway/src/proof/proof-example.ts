import { createHash } from 'node:crypto';
import { ABOUT, HASHES, KEYS_PATH } from './proof-texts.js';
import { type PaymentProof, type ProofEvidence, type ProofStatement, STATEMENT_VERSION } from './statement.js';

const ORDER = 'b8e4c1d2-6f3a-4e0b-9c7d-1a2b3c4d5e6f';
const OPERATION = 'op_01934f2c7b7a7c3e9d1f2a3b4c5d6e80';
const PAID_AT = '2026-01-31T12:03:11.402Z';
const EVIDENCE = {
  at: PAID_AT,
  rrn: '629812000001',
  amount: 12_550,
  source: 'order_query',
  status: 'SUCCESS',
  verdict: 'succeeded',
  actionCode: '0',
  operationId: '1792843200000Ab3dE_f-GhI',
  approvalCode: '012345',
  responseCode: '00',
};

/** Postgres puts a blank after each colon and comma. */
const text = `{${Object.entries(EVIDENCE)
  .map(([name, value]) => `"${name}": ${JSON.stringify(value)}`)
  .join(', ')}}`;
const evidence: ProofEvidence = {
  text,
  sha256: createHash('sha256').update(text).digest('hex'),
  how: 'query',
  by: 'hppOrderId',
  id: ORDER,
  at: PAID_AT,
};

const statement: ProofStatement = {
  version: STATEMENT_VERSION,
  about: ABOUT,
  issuer: 'https://pay.shop.example',
  keys: `https://pay.shop.example${KEYS_PATH}`,
  issuedAt: '2026-02-14T09:30:00.000Z',
  merchantAccountId: 'acc_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
  livemode: true,
  payment: {
    id: 'pay_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
    method: 'hosted_page',
    captureMethod: 'automatic',
    reference: 'order-1001',
    status: 'succeeded',
    failure: null,
    flags: [],
    amount: 12_550,
    currency: 'UAH',
    amountAuthorized: 12_550,
    amountCaptured: 12_550,
    amountRefunded: 0,
    createdAt: '2026-01-31T12:00:00.000Z',
    endedAt: PAID_AT,
    cardMask: '411111******1111',
    rrn: EVIDENCE.rrn,
    approvalCode: EVIDENCE.approvalCode,
    terminal: 'AE010002',
    paidAt: '2026-01-31T12:03:10.000Z',
  },
  operations: [
    {
      id: OPERATION,
      kind: 'purchase',
      status: 'succeeded',
      amount: 12_550,
      currency: 'UAH',
      failure: null,
      createdAt: '2026-01-31T12:00:00.000Z',
      sentAt: '2026-01-31T12:00:00.512Z',
      timesSent: 1,
      timesAsked: 0,
      merchantId: '3f1c7f0e-5a51-4f4e-9d0e-2b1f6c1f2a10',
      merchantRequestId: '9c1c0b4e-5a3f-4d7e-8b2a-6f0d9e8c7b6a',
      hppOrderId: ORDER,
      operationId: EVIDENCE.operationId,
      refusalCode: null,
      evidence,
    },
  ],
  history: [{ at: PAID_AT, operationId: OPERATION, from: 'pending', to: 'succeeded', cause: 'bank', evidence }],
  callbacks: [
    {
      id: 'cb_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
      receivedAt: '2026-01-31T12:03:10.950Z',
      deliveries: 1,
      outcome: 'read jwe',
      sha256: '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
    },
  ],
  leftOut: { history: 0, callbacks: 0 },
  hashes: HASHES,
};

const HEADER = { alg: 'ES256', kid: 'proof_oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U', typ: 'payment-proof+json' };
/** Of nobody's key. */
const SIGNATURE = 'bm90LWEtc2lnbmF0dXJlLWJ1dC1zaXh0eS1mb3VyLWJ5dGVzLWxvbmctYXMtb25lLWlzLXdpdGgtRVMyNTYuLg';

/** For the document of the API. */
export const PROOF: PaymentProof = {
  object: 'payment_proof',
  statement,
  jws: `${[HEADER, statement].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.${SIGNATURE}`,
};
