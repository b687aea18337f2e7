import { ConfigurableModuleBuilder, Inject, type Type } from '@nestjs/common';
import { type AllianceAccounts } from '../account/alliance-account.js';
import { type SessionStore } from '../session/session-store.js';

/** What `AllianceModule` is told. It is checked when the application starts; what is wrong is said in a sentence. */
export interface AllianceOptions {
  /** Where accounts come from. */
  readonly accounts: AllianceAccounts;
  /** Where sessions live; in the memory of this process where absent. */
  readonly sessions?: SessionStore;
  /** Milliseconds of one HTTP attempt, not of the whole call. 20 000 where absent. */
  readonly timeoutMs?: number;
  /** Milliseconds of a whole call: waits for a session and replays included. Where absent, an attempt and 5 s, at least 25 s. */
  readonly callTimeoutMs?: number;
  /** The time that bodies are dated with and sessions end by; the system's where absent. */
  readonly clock?: () => Date;
  /** Public keys of the bank for Authorization 2.0, PEM by `kid`. Others are fetched when an answer names them. */
  readonly bankKeys?: Readonly<Record<string, string>>;
  /** Told once of every key that was fetched: worth an alarm, for the bank seldom changes its keys. */
  readonly onNewBankKey?: (kid: string) => void;
  /** Sends the signature's time as text, as one page of the bank's documents shows it. Default false: a number. */
  readonly signatureTimeAsText?: boolean;
}

/** For `forRootAsync({ useClass })` and `{ useExisting }`. */
export interface AllianceOptionsFactory {
  createAllianceOptions(): Promise<AllianceOptions> | AllianceOptions;
}

/** About the module itself, beside the options. */
export interface AllianceModuleExtras {
  /** Whether other modules may inject without importing it. Default false. */
  readonly isGlobal?: boolean;
  /** Gives this instance a name: its providers are then injected with `@InjectAlliance(name)`. */
  readonly name?: string;
}

/** Milliseconds of one HTTP attempt where nothing else is said. */
export const DEFAULT_TIMEOUT_MS = 20_000;
/** Milliseconds beside the time of one attempt. Source: docs/correctness.md, "Session renewal": 25 s by default. */
const BESIDE_ATTEMPT_MS = 5_000;

/**
 * Milliseconds of a whole call, waits and replays included.
 * @example
 * callTimeoutOf({ timeoutMs: 30_000 }); // => 35_000
 */
export const callTimeoutOf = ({
  callTimeoutMs,
  timeoutMs = 0,
}: Pick<AllianceOptions, 'callTimeoutMs' | 'timeoutMs'>): number =>
  callTimeoutMs ?? Math.max(timeoutMs, DEFAULT_TIMEOUT_MS) + BESIDE_ATTEMPT_MS;

/** Injection token of the options, checked. */
export const ALLIANCE_OPTIONS = 'ALLIANCE_OPTIONS';

/**
 * Injection token of a provider of a named instance: `AllianceClient`, `AllianceSession`, `AllianceHttpInterceptor` or
 * `BankClock`.
 * @example
 * const token = getAllianceToken('backup', AllianceSession); // for providers with `inject`
 */
export const getAllianceToken = (name: string, provider: Type): string => `ALLIANCE:${name}:${provider.name}`;

/**
 * Injects a provider of a named instance.
 * @example
 * class Payouts {
 *   constructor(@InjectAlliance('payouts', AllianceClient) private readonly alliance: AllianceClient) {}
 * }
 */
export const InjectAlliance = (name: string, provider: Type): ParameterDecorator & PropertyDecorator =>
  Inject(getAllianceToken(name, provider));

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: GIVEN_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<AllianceOptions>({ moduleName: 'Alliance' })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createAllianceOptions')
  .setExtras<AllianceModuleExtras>({ isGlobal: false, name: '' })
  .build();
