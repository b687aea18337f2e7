import { command, NOTHING, type OperatorCommand } from '../../audit/command.js';
import { ProofKeysService } from '../proof-keys.service.js';

const KEYS = 'proof-keys';

/** The keys that proofs of payments are signed with. */
export const PROOF_COMMANDS: readonly OperatorCommand[] = [
  command({
    id: 'proof_key.list',
    cli: [
      {
        name: 'proof-keys list',
        help: 'List the public keys of proofs of payments, the newest first, as a JWK Set that "proof verify" takes.',
      },
    ],
    route: { method: 'GET', path: KEYS },
    input: NOTHING,
    of: ProofKeysService,
    run: (keys) => keys.list(),
  }),
  command({
    id: 'proof_key.rotate',
    cli: [
      {
        name: 'proof-keys rotate',
        help: 'Make a new key for proofs of payments. The one before signs nothing any more and is destroyed, but for its public half, so that older proofs go on verifying.',
      },
    ],
    route: { method: 'POST', path: `${KEYS}/rotate`, status: 200 },
    input: NOTHING,
    of: ProofKeysService,
    run: (keys) => keys.rotate(),
    audit: (_input, { keys }) => ({ action: 'proof_key.rotate', detail: { key: keys[0]?.kid } }),
  }),
];
