import { ConfigurableModuleBuilder } from '@nestjs/common';
import { type AllianceAccounts } from '../account/alliance-account.js';
import { type SessionStore } from '../session/session-store.js';

export interface AllianceOptions {
  readonly accounts: AllianceAccounts;
  /** Where sessions live; in the memory of this process where absent. */
  readonly sessions?: SessionStore;
  /** Milliseconds of one HTTP attempt, not of the whole call. 20 000 where absent. */
  readonly timeoutMs?: number;
  /** Milliseconds of a whole call: waits for a session and replays included. Where absent, an attempt and 5 s, at least 25 s. */
  readonly callTimeoutMs?: number;
  readonly clock?: () => Date;
  /** Public keys of the bank for Authorization 2.0, PEM by `kid`. Others are fetched when an answer names them. */
  readonly bankKeys?: Readonly<Record<string, string>>;
  /** Told once of every key that was fetched: worth an alarm, for the bank seldom changes its keys. */
  readonly onNewBankKey?: (kid: string) => void;
  /** Sends the signature's time as text, as one page of the bank's documents shows it. Default false: a number. */
  readonly signatureTimeAsText?: boolean;
}

export const DEFAULT_TIMEOUT_MS = 20_000;
/** Milliseconds beside the time of one attempt. Source: docs/correctness.md, "Session renewal": 25 s by default. */
const BESIDE_ATTEMPT_MS = 5_000;

/** Milliseconds of a whole call, waits and replays included. */
export const callTimeoutOf = ({
  callTimeoutMs,
  timeoutMs = 0,
}: Pick<AllianceOptions, 'callTimeoutMs' | 'timeoutMs'>): number =>
  callTimeoutMs ?? Math.max(timeoutMs, DEFAULT_TIMEOUT_MS) + BESIDE_ATTEMPT_MS;

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: ALLIANCE_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<AllianceOptions>({ moduleName: 'Alliance' }).setClassMethodName('forRoot').build();
