import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AllianceAccounts, AllianceError, type BankCallback, clientKeysOf, decodeCallback } from '#libs/alliance';
import { Keystore, type SealPlace } from '#libs/keystore';
import { MerchantAccountsService } from '../accounts/merchant-accounts.service.js';
import { newId } from '../database/id.js';
import { reach } from '../failpoints/failpoint.js';
import { isLinkToken, type LinkPurpose } from '../payments/bank/payment-links.js';
import { PaymentSyncService } from '../payments/engine/payment-sync.service.js';
import { type Told } from '../payments/store/hints.js';
import { isSubscriptionId } from '../subscriptions/store/hints.js';
import { CallbackRepository, type DueCallback, type Read } from './callback.repository.js';

/** Names one payment in an address that we gave to the bank. */
export interface PaymentAddress {
  readonly accountId: string;
  readonly paymentId: string;
  readonly token: string;
}

/** After each try that failed: six tries over fifteen hours, so that a keystore may be away for a night. */
const RETRY_SECONDS: readonly number[] = [60, 300, 1_800, 7_200, 43_200];

/**
 * What the bank and the returning browser tell us. Neither proves anything, since anybody can encrypt to a public key:
 * both only make us ask the bank.
 */
@Injectable()
export class CallbacksService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly bankAccounts: AllianceAccounts,
    private readonly callbacks: CallbackRepository,
    private readonly keystore: Keystore,
    private readonly payments: PaymentSyncService,
  ) {}

  /** Keeps a callback with what it says, and makes its payment due. @returns whether it could be read, too; `not_ours`: the address is none of ours, and nothing is kept */
  async receive(address: PaymentAddress, body: Buffer): Promise<'read' | 'unread' | 'not_ours'> {
    if (!(await this.isOurs(address, 'callback'))) return 'not_ours';
    const { accountId: merchantAccountId, paymentId } = address;
    const id = newId('cb');
    const bodySealed = await this.keystore.seal(body, callbackPlace(merchantAccountId, id));
    reach('callback.due');
    const digest = createHash('sha256').update(body).digest();
    // Whatever keeps us from reading it now is no reason to lose it: a worker tries again.
    const read = isSubscriptionId(paymentId) ? HINT : await this.read(merchantAccountId, body).catch(() => undefined);
    await this.callbacks.keep({ merchantAccountId, id, subjectId: paymentId, digest, bodySealed }, read);
    reach('callback.kept');
    return read ? 'read' : 'unread';
  }

  /** The customer is back from the bank's page: it is time to ask. @returns where the customer wants to go */
  async customerReturned(address: PaymentAddress): Promise<string | undefined> {
    if (!(await this.isOurs(address, 'return'))) return undefined;
    const { accountId, paymentId } = address;
    const returnUrl = isSubscriptionId(paymentId)
      ? await this.callbacks.hintOnReturn(accountId, paymentId)
      : await this.payments.hintOnReturn(accountId, paymentId);
    reach('return.hinted');
    return returnUrl;
  }

  /** Reads a callback that could not be read when it came: for what may change the questions to the bank, no more. */
  async settle(callback: DueCallback): Promise<void> {
    const { merchantAccountId, id, subjectId: paymentId } = callback;
    try {
      const body = await this.keystore.open(callback.bodySealed, callbackPlace(merchantAccountId, id));
      const { outcome, ...told } = await this.read(merchantAccountId, body);
      await this.payments.noteTold(merchantAccountId, paymentId, told);
      reach('callback.read');
      await this.callbacks.settle(callback, outcome);
      reach('callback.settled');
    } catch (error) {
      await this.putOff(callback, error);
      throw error;
    }
  }

  /** After the last try the row stays as it is, unsettled and not due. What cannot be read counts as an attempt to pay. */
  private async putOff(callback: DueCallback, error: unknown): Promise<void> {
    const { merchantAccountId, subjectId: paymentId, attempts } = callback;
    const retryInSeconds = RETRY_SECONDS[attempts - 1] ?? null;
    if (retryInSeconds === null) await this.payments.noteTold(merchantAccountId, paymentId, UNREADABLE);
    const { name, code } = error as { readonly name?: string; readonly code?: unknown };
    const reason = typeof code === 'string' ? code : (name ?? 'unknown');
    await this.callbacks.putOff(
      callback,
      `${retryInSeconds === null ? 'given up' : 'failed'} ${reason}`,
      retryInSeconds,
    );
  }

  private async isOurs({ accountId, paymentId, token }: PaymentAddress, purpose: LinkPurpose): Promise<boolean> {
    if (!/^acc_[0-9a-f]{32}$/u.test(accountId)) return false;
    const account = await this.accounts.find(accountId);
    return account !== undefined && isLinkToken(account, paymentId, purpose, token);
  }

  private async read(merchantAccountId: string, body: Uint8Array): Promise<Read> {
    const account = await this.bankAccounts.load(merchantAccountId);
    try {
      const told = await decodeCallback(body, clientKeysOf(account));
      return { outcome: `read ${told.encoding}`, showsAttempt: showsAttempt(told), orderId: orderIdOf(told) };
    } catch (error) {
      if (!(error instanceof AllianceError)) throw error;
      return { outcome: `unreadable ${error.code}`, ...UNREADABLE };
    }
  }
}

/** Of a subscription it only matters that the bank called. */
const HINT: Read = { outcome: 'hint', showsAttempt: false, orderId: undefined };

const UNREADABLE: Told = { showsAttempt: true, orderId: undefined };

/** An id of the bank is 24 characters long; whatever else stands there is no order to ask for. */
const orderIdOf = ({ hppOrderId }: BankCallback): string | undefined =>
  hppOrderId !== undefined && /^[\w-]{1,64}$/u.test(hppOrderId) ? hppOrderId : undefined;

/** Whether anything but a failure is named. What cannot be read counts as an attempt, since the bank calls when one ends. */
const showsAttempt = ({ orderStatus, operations }: BankCallback): boolean =>
  operations.some(({ type, status }) => type !== 'REFUND' && status !== 'FAIL') ||
  (orderStatus !== undefined && !['PENDING', 'FAIL', 'CANCELED'].includes(orderStatus));

/** Where a callback is sealed. */
export const callbackPlace = (accountId: string, id: string): SealPlace => ({
  table: 'callback_inbox',
  column: 'body',
  row: id,
  accountId,
  version: 1,
});
