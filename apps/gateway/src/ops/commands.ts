import { ApiKeysService } from '../accounts/api-keys.service.js';
import { SCOPE_NAMES } from '../accounts/scopes.js';
import { command, NOTHING, type OperatorCommand } from '../audit/command.js';
import { BankSessionsService } from '../payments/bank-access/bank-sessions.service.js';
import { ClientKeysService } from '../payments/bank-access/client-keys.service.js';
import { SigningKeysService } from '../payments/bank-access/signing-keys.service.js';
import { AccountOperations } from './account-operations.service.js';
import { KekOperations } from './kek-operations.service.js';
import {
  addClientKey,
  blockSession,
  changeAccount,
  createAccount,
  createApiKey,
  listAudit,
  rotateKeks,
  useSigningKey,
} from './ops.dto.js';
import { PAYMENT_COMMANDS } from './payment-commands.js';
import { OpsReadingsService } from './ops-readings.service.js';

const ACCOUNT = 'merchant-accounts/:account';
const TERMINAL = {
  name: { flag: 'name', as: 'text' },
  baseUrl: { flag: 'base-url', as: 'text' },
  bankMerchantId: { flag: 'merchant-id', as: 'text' },
  a2aMerchantId: { flag: 'a2a-merchant-id', as: 'text' },
  serviceCode: { flag: 'service-code-file', as: 'secret_file' },
  paymentKey: { flag: 'payment-key-file', as: 'json_file' },
  shopOrigins: { flag: 'shop-origins', as: 'list' },
} as const;

const ACCOUNTS: readonly OperatorCommand[] = [
  command({
    id: 'account.list',
    cli: [{ name: 'accounts list', help: 'List the merchant accounts.' }],
    route: { method: 'GET', path: 'merchant-accounts' },
    input: NOTHING,
    of: AccountOperations,
    run: (accounts) => accounts.list(),
  }),
  command({
    id: 'account.show',
    cli: [{ name: 'accounts show', help: 'Show one account with its client keys.' }],
    route: { method: 'GET', path: ACCOUNT },
    input: NOTHING,
    of: AccountOperations,
    run: (accounts, { account }) => accounts.view(account),
  }),
  command({
    id: 'account.create',
    cli: [
      {
        name: 'accounts create',
        help: 'Create an account; prints the public key to hand to the bank. FILE may be "-" for standard input.',
        options: {
          ...TERMINAL,
          environment: { flag: 'environment', as: 'text' },
          clientKey: { flag: 'client-key-file', as: 'key_file' },
        },
      },
    ],
    route: { method: 'POST', path: 'merchant-accounts' },
    input: createAccount,
    access: 'installs',
    of: AccountOperations,
    run: (accounts, settings) => accounts.create(settings),
    audit: ({ name, clientKey }, { id, publicKey }) => [
      { accountId: id, action: 'account.create', detail: { name } },
      { accountId: id, action: keyAction(clientKey), detail: { keyId: publicKey.id } },
    ],
  }),
  command({
    id: 'account.change',
    cli: [{ name: 'accounts change', help: 'Change what is given.', options: TERMINAL }],
    route: { method: 'PATCH', path: ACCOUNT },
    input: changeAccount,
    of: AccountOperations,
    run: (accounts, { account, ...given }) => accounts.change(account, definite(given)),
    audit: ({ account, ...given }) => ({
      accountId: account,
      action: 'account.change',
      detail: { changed: Object.keys(definite(given)) },
    }),
  }),
];

const API_KEYS: readonly OperatorCommand[] = [
  command({
    id: 'api_key.list',
    cli: [{ name: 'api-keys list', help: 'List the API keys of an account.' }],
    route: { method: 'GET', path: `${ACCOUNT}/api-keys` },
    input: NOTHING,
    of: ApiKeysService,
    run: (keys, { account }) => keys.list(account),
  }),
  command({
    id: 'api_key.create',
    cli: [
      {
        name: 'api-keys create',
        help: `Make an API key. It is printed once and kept as a hash only. Scopes: ${SCOPE_NAMES.join(', ')}; without a word all but payouts. Addresses: also ranges such as 203.0.113.0/24. Payout limit: kopiyky of one payout.`,
        options: {
          name: { flag: 'name', as: 'text' },
          scopes: { flag: 'scopes', as: 'list' },
          addresses: { flag: 'addresses', as: 'list' },
          payoutLimit: { flag: 'payout-limit', as: 'json' },
          expiresAt: { flag: 'expires', as: 'text' },
        },
      },
    ],
    route: { method: 'POST', path: `${ACCOUNT}/api-keys` },
    input: createApiKey,
    of: AccountOperations,
    run: (accounts, { account, ...limits }) => accounts.createApiKey(account, limits),
    audit: ({ account, ...limits }, { id, key }) => ({
      accountId: account,
      action: 'api_key.create',
      detail: { keyId: id, hint: key.slice(0, 12), ...limits },
    }),
  }),
  command({
    id: 'api_key.revoke',
    cli: [{ name: 'api-keys revoke', help: 'Revoke an API key.' }],
    route: { method: 'DELETE', path: `${ACCOUNT}/api-keys/:key` },
    input: NOTHING,
    of: ApiKeysService,
    run: (keys, { account, key }) => keys.revoke(account, key),
    audit: ({ account, key }) => ({ accountId: account, action: 'api_key.revoke', detail: { keyId: key } }),
  }),
];

const CLIENT_KEYS: readonly OperatorCommand[] = [
  command({
    id: 'client_key.add',
    summary: 'Make a client key pair, or take one in; answers the public half to hand to the bank.',
    cli: [
      { name: 'keys generate', help: 'Make a client key pair; prints only the public half to hand to the bank.' },
      {
        name: 'keys import',
        help: 'Take in a private key as JWK or PEM, from FILE or standard input.',
        options: { jwk: { flag: 'file', as: 'key_file', fallback: '-' } },
      },
    ],
    route: { method: 'POST', path: `${ACCOUNT}/client-keys` },
    input: addClientKey,
    of: AccountOperations,
    run: (accounts, { account, jwk }) => accounts.addClientKey(account, jwk),
    audit: ({ account, jwk }, { id }) => ({ accountId: account, action: keyAction(jwk), detail: { keyId: id } }),
  }),
  command({
    id: 'client_key.activate',
    cli: [{ name: 'keys activate', help: 'The bank uses this key from now on; the one before it still opens.' }],
    route: { method: 'POST', path: `${ACCOUNT}/client-keys/:key/activate`, status: 204 },
    input: NOTHING,
    of: ClientKeysService,
    run: (keys, { account, key }) => keys.activate(account, key),
    audit: ({ account, key }) => ({ accountId: account, action: 'client_key.activate', detail: { keyId: key } }),
  }),
  command({
    id: 'client_key.retire',
    cli: [{ name: 'keys retire', help: 'Take a key on standby out of use.' }],
    route: { method: 'POST', path: `${ACCOUNT}/client-keys/:key/retire`, status: 204 },
    input: NOTHING,
    of: ClientKeysService,
    run: (keys, { account, key }) => keys.retire(account, key),
    audit: ({ account, key }) => ({ accountId: account, action: 'client_key.retire', detail: { keyId: key } }),
  }),
];

const SIGNING_KEYS: readonly OperatorCommand[] = [
  command({
    id: 'signing_key.use',
    cli: [
      {
        name: 'keys sign-with',
        help: 'Sign requests of Authorization 2.0, which plans and subscriptions need, with this private key as JWK or PEM.',
        options: { id: { flag: 'kid', as: 'text' }, jwk: { flag: 'file', as: 'key_file', fallback: '-' } },
      },
    ],
    route: { method: 'POST', path: `${ACCOUNT}/signing-keys` },
    input: useSigningKey,
    of: SigningKeysService,
    run: (keys, { account, ...given }) => keys.use(account, given),
    audit: ({ account, id }) => ({ accountId: account, action: 'signing_key.use', detail: { keyId: id } }),
  }),
];

const KEY_FILE = 'Whatever changes the key file is done where the key file is.';

const KEKS: readonly OperatorCommand[] = [
  command({
    id: 'kek.status',
    cli: [
      {
        name: 'keys status',
        help: 'Show which key-encrypting key is current, and how many sealed values are under which.',
      },
    ],
    route: { method: 'GET', path: 'keys' },
    input: NOTHING,
    of: KekOperations,
    run: (keks) => keks.status(),
  }),
  command({
    id: 'kek.rotate',
    cli: [
      {
        name: 'keys rotate',
        help: 'Make a new key-encrypting key current and wrap everything under it. May be stopped and run again.',
        options: { dryRun: { flag: 'dry-run', as: 'switch' }, rewrapOnly: { flag: 'rewrap-only', as: 'switch' } },
      },
    ],
    route: { none: KEY_FILE },
    input: rotateKeks,
    access: ({ dryRun }) => (dryRun ? 'reads' : 'writes'),
    of: KekOperations,
    run: (keks, { dryRun, rewrapOnly }, asked) => (dryRun ? keks.status() : keks.rotate(!rewrapOnly, asked)),
    audit: 'by the service',
  }),
  command({
    id: 'kek.retire',
    cli: [
      {
        name: 'keys retire-old',
        help: 'Remove the key-encrypting keys before the current one from the key file, once nothing needs them. Keep a backup for old dumps.',
      },
    ],
    route: { none: KEY_FILE },
    input: NOTHING,
    of: KekOperations,
    run: (keks) => keks.retireOld(),
    audit: (_input, { retired }) => ({ action: 'kek.retire', detail: { retired } }),
  }),
];

const SESSIONS: readonly OperatorCommand[] = [
  command({
    id: 'session.list',
    cli: [{ name: 'sessions list', help: 'Show how every bank session stands, and what comes next.' }],
    route: { method: 'GET', path: 'sessions' },
    input: NOTHING,
    of: OpsReadingsService,
    run: (readings) => readings.sessions(),
  }),
  command({
    id: 'session.renew',
    cli: [{ name: 'sessions renew', help: 'Replace the session now.' }],
    route: { method: 'POST', path: 'sessions/:account/renew', status: 200 },
    input: NOTHING,
    of: BankSessionsService,
    run: async (sessions, { account }) => ({ version: await sessions.renew(account) }),
    audit: ({ account }, { version }) => ({ accountId: account, action: 'session.renew', detail: { version } }),
  }),
  command({
    id: 'session.block',
    cli: [
      {
        name: 'sessions block',
        help: 'Make no call to the bank for this account until it is unblocked.',
        options: { reason: { flag: 'reason', as: 'text' } },
      },
    ],
    route: { method: 'POST', path: 'sessions/:account/block', status: 204 },
    input: blockSession,
    of: BankSessionsService,
    run: (sessions, { account, reason }) => sessions.block(account, reason),
    audit: ({ account, reason }) => ({ accountId: account, action: 'session.block', detail: { reason } }),
  }),
  command({
    id: 'session.unblock',
    cli: [{ name: 'sessions unblock', help: 'Lift a block.' }],
    route: { method: 'POST', path: 'sessions/:account/unblock', status: 204 },
    input: NOTHING,
    of: BankSessionsService,
    run: async (sessions, { account }) => ({ wasBlocked: await sessions.unblock(account) }),
    audit: ({ account }, { wasBlocked }) => ({ accountId: account, action: 'session.unblock', detail: { wasBlocked } }),
  }),
];

const AUDIT: readonly OperatorCommand[] = [
  command({
    id: 'audit.list',
    cli: [{ name: 'audit', help: 'Show the latest changes by operators.' }],
    route: { method: 'GET', path: 'audit' },
    input: listAudit,
    of: OpsReadingsService,
    run: (readings, { limit }) => readings.audit(limit),
  }),
];

/** What an operator does about accounts, keys, sessions and payments. */
export const OPS_COMMANDS: readonly OperatorCommand[] = [
  ...[ACCOUNTS, API_KEYS, CLIENT_KEYS, SIGNING_KEYS, KEKS, SESSIONS, PAYMENT_COMMANDS, AUDIT].flat(),
];

const keyAction = (jwk: object | undefined): string =>
  jwk === undefined ? 'client_key.generate' : 'client_key.import';

type Definite<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const definite = <T extends object>(given: T): Definite<T> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Definite<T>;
