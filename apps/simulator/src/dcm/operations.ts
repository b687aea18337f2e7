import { type Grant } from './auth-service.js';
import { type Counterparty } from './counterparties.js';
import { type Employees } from './employees.js';
import { type Account, type AccountKind, type Customer, type Entities, type Transfer } from './entities.js';
import { refuse } from './refusal.js';
import { type JsonObject } from './strict-json.js';
import { type Flow, FLOWS } from './verifier.js';

export interface OperationContext {
  readonly counterparty: Counterparty;
  readonly scheme: 'bank' | 'dcm';
  readonly body: JsonObject;
  /** Last part of the path, where there is one. */
  readonly id: string;
  /** Bank time, ISO 8601. */
  readonly at: string;
  readonly entities: Entities;
  readonly employees: Employees;
  /** Identifiers in scheme DCM wait for DCM's staff. */
  readonly byHand: boolean;
  /** Tells the banks of a movement. */
  readonly notify: (transfer: Transfer) => void;
}

/** What is asked of the bank before anything happens: DCM's own token carries the first flow, a bank's any of them. */
export interface Ask {
  readonly flows: readonly Flow[];
  readonly obj: string;
}

export interface Plan {
  /** Absent for reading: nothing to approve. */
  readonly ask?: Ask;
  readonly execute: (grant: Grant) => JsonObject;
}

export interface Operation {
  readonly method: 'GET' | 'POST';
  /** Below /api/v1/counterparty/{counterparty_guid}. */
  readonly path: string;
  /** Roles of scheme DCM that may do it. */
  readonly roles: readonly string[];
  /** Checks the request. @throws WireError 400 */
  readonly plan: (context: OperationContext) => Plan;
}

const ADMINISTRATION = ['Administrator'];
const SERVICE = ['Administrator', 'Operator'];
const READING = ['Administrator', 'Operator', 'Auditor'];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const requireText = (body: JsonObject, name: string): string => {
  const value = text(body[name]);
  if (value === '') throw refuse(400, `${name} is required`);
  return value;
};

const requireAmount = ({ amount }: JsonObject): number => {
  if (typeof amount !== 'number' || amount <= 0) throw refuse(400, 'amount must be a positive number');
  return amount;
};

const createEmployee = ({ counterparty, body, employees }: OperationContext): Plan => {
  const email = requireText(body, 'email');
  if (employees.find(email)) throw refuse(400, 'create employee identity: 409 Conflict');
  return {
    ask: { flows: ['sign-up', ...FLOWS], obj: email },
    execute: () => ({ employee_guid: employees.create(counterparty.guid, email, body).guid, verified: true }),
  };
};

const listEmployees = ({ counterparty, employees }: OperationContext): Plan => ({
  execute: () => ({
    employees: employees
      .list(counterparty.guid)
      .map(({ guid, login, roles }) => ({ employee_guid: guid, email: login, roles })),
  }),
});

const LOGIN_TAKEN =
  'failed to create wallet user: failed to sign up: response status code is not 2xx but 409; error was "{"error":"logic error"}\n"';

/** Printed in the published sample as the type of every customer account. */
const CUSTOMER_ACCOUNT_TYPE = '5e3f4309-c152-48b3-8091-046708694f90';

const assetOf = ({ balance, assetCode, assetIssuer }: Account): JsonObject => ({
  activated: true,
  balance,
  code: assetCode,
  minor_unit: 2,
  name: assetCode,
  platform: '',
  stellar_code: assetCode,
  stellar_issuer: assetIssuer,
});

const customerView = ({ guid, name, iban }: Customer, account: Account): JsonObject => ({
  activated: true,
  assets: [assetOf(account)],
  assets_total: 1,
  blocked: false,
  customer_guid: guid,
  guid: account.guid,
  iban,
  name,
  platform: '',
  registered: true,
  type: CUSTOMER_ACCOUNT_TYPE,
  wallet_account_guid: account.guid,
});

const createCustomer = ({ counterparty, body, entities }: OperationContext): Plan => {
  const [assetCode, assetIssuer, login] = [
    requireText(body, 'asset_code'),
    requireText(body, 'asset_issuer'),
    requireText(body, 'login'),
  ];
  const requireFree = (): void => {
    if (entities.customerOfLogin(login)) throw refuse(400, LOGIN_TAKEN);
  };
  requireFree();
  const execute = ({ externalId }: Grant): JsonObject => {
    requireFree(); // another call may have been approved meanwhile
    const counterpartyGuid = counterparty.guid;
    const owner = { counterpartyGuid, externalId };
    const account = entities.openAccount({ ...owner, kind: 'customer', assetCode, assetIssuer, balance: 0 });
    const [name, iban] = [text(body['name']), text(body['iban'])];
    return customerView(entities.addCustomer({ ...owner, login, accountGuid: account.guid, name, iban }), account);
  };
  return { ask: { flows: ['sign-up'], obj: login }, execute };
};

const listCustomers = ({ counterparty, entities }: OperationContext): Plan => ({
  execute: () => ({
    customers: entities.customersOf(counterparty.guid).flatMap((customer) => {
      const account = entities.account(customer.accountGuid);
      return account ? [{ login: customer.login, ...customerView(customer, account) }] : [];
    }),
  }),
});

const KINDS: Readonly<Record<string, { kind: AccountKind; flow: Flow; keeper: 'processing' | 'identification' }>> = {
  processing: { kind: 'processing', flow: 'sign-up-processing', keeper: 'processing' },
  emission: { kind: 'emission', flow: 'sign-up-emission', keeper: 'identification' },
};

const createAccount = ({ counterparty, body, entities }: OperationContext): Plan => {
  const named = text(body['account_kind']);
  const found = Object.hasOwn(KINDS, named) ? KINDS[named] : undefined;
  if (!found) throw refuse(400, 'failed to create entity: invalid kind: bad request');
  const { kind, flow, keeper } = found;
  const fresh = { counterpartyGuid: counterparty.guid, kind, assetCode: 'UAH', assetIssuer: '', balance: 0 };
  return {
    ask: { flows: [flow], obj: counterparty.keyKeepers[keeper] },
    execute: ({ externalId }) => ({ guid: entities.openAccount({ ...fresh, externalId }).guid }),
  };
};

const requireAccount = ({ body, entities }: OperationContext, name: string): Account => {
  const id = text(body[name]);
  if (id.length !== 36) throw refuse(400, `invalid UUID length: ${id.length}`);
  const account = entities.account(id);
  if (!account) throw refuse(400, 'not found');
  return account;
};

const transferView = ({ guid, senderId, receiverId, amount, at }: Transfer): JsonObject => ({
  transaction_id: guid,
  sender_id: senderId,
  receiver_id: receiverId,
  amount,
  status: 'Success',
  created_at: at,
});

const createTransfer = (context: OperationContext): Plan => {
  const { counterparty, body, entities, at, notify } = context;
  const [sender, receiver] = [requireAccount(context, 'sender_id'), requireAccount(context, 'receiver_id')];
  if (sender.counterpartyGuid !== counterparty.guid) throw refuse(400, 'not found');
  const amount = requireAmount(body);
  const moved = { counterpartyGuid: counterparty.guid, senderId: sender.guid, receiverId: receiver.guid, amount, at };
  return {
    ask: { flows: ['sign-in'], obj: sender.externalId },
    execute: () => {
      const transfer = entities.move(moved);
      notify(transfer);
      return transferView(transfer);
    },
  };
};

const readTransfer = ({ counterparty, entities, id }: OperationContext): Plan => {
  const transfer = entities.transfer(id);
  const banks = [transfer?.counterpartyGuid, entities.account(transfer?.receiverId ?? '')?.counterpartyGuid];
  if (!transfer || !banks.includes(counterparty.guid)) throw refuse(404, 'not found');
  return { execute: () => transferView(transfer) };
};

const issueIdentifiers = ({ counterparty, body, entities, scheme, byHand }: OperationContext): Plan => {
  const amount = requireAmount(body);
  const account = entities.accountOfKind(counterparty.guid, 'emission');
  if (!account) throw refuse(400, 'failed to issue: identification account not found');
  if (entities.openIssue(counterparty.guid)) throw refuse(400, 'failed to issue: another request is open');
  const execute = (): JsonObject => {
    entities.requestIssue({ counterpartyGuid: counterparty.guid, accountGuid: account.guid, amount });
    if (scheme === 'bank' || !byHand) entities.confirmIssue(counterparty.guid);
    return {};
  };
  return { ask: { flows: ['sign-in', 'sign-up-emission'], obj: account.externalId }, execute };
};

/** What a bank may do, below its own counterparty. */
export const OPERATIONS = {
  'employee-create': { method: 'POST', path: 'employees', roles: ADMINISTRATION, plan: createEmployee },
  'employee-list': { method: 'GET', path: 'employees', roles: ADMINISTRATION, plan: listEmployees },
  'customer-create': { method: 'POST', path: 'customers', roles: SERVICE, plan: createCustomer },
  'customer-list': { method: 'GET', path: 'customers', roles: READING, plan: listCustomers },
  'account-create': { method: 'POST', path: 'accounts', roles: ADMINISTRATION, plan: createAccount },
  'transfer-create': { method: 'POST', path: 'transfers', roles: SERVICE, plan: createTransfer },
  'transfer-read': { method: 'GET', path: 'transfers/:id', roles: READING, plan: readTransfer },
  'identifiers-issue': { method: 'POST', path: 'emission/issue', roles: ADMINISTRATION, plan: issueIdentifiers },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;
