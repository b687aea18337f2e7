import { type OperatorCommand } from '../audit/command.js';
import { DCM_COMMANDS } from '../dcm/operators/dcm-commands.js';
import { type Tool } from '../audit/tool.js';
import { OPS_COMMANDS } from '../ops/commands.js';
import { PROOF_COMMANDS } from '../proof/operators/proof-commands.js';
import { VERIFY } from '../proof/verify.tool.js';
import { RECONCILIATION_COMMANDS } from '../reconciliation/operators/reconciliation-commands.js';
import { RETENTION_COMMANDS } from '../retention/operators/retention-commands.js';
import { SUBSCRIPTION_COMMANDS } from '../subscriptions/subscription-commands.js';
import { WEBHOOK_TOOLS } from '../webhooks/developer/tools.js';

const OWN_COMMANDS = [
  ...OPS_COMMANDS,
  ...RECONCILIATION_COMMANDS,
  ...PROOF_COMMANDS,
  ...RETENTION_COMMANDS,
  ...SUBSCRIPTION_COMMANDS,
];

/** Everything an operator can do: the routes below /ops, the command line and their documents are made of this. */
export const COMMANDS: readonly OperatorCommand[] = [...OWN_COMMANDS, ...DCM_COMMANDS];

/** What can be done where DCM is not configured, too. */
export const commandsOf = (hasDcm: boolean): readonly OperatorCommand[] => (hasDcm ? COMMANDS : OWN_COMMANDS);

/** What is at the command line beside them, for whoever has no gateway: it opens no database. */
export const TOOLS: readonly Tool[] = [...WEBHOOK_TOOLS, VERIFY];
