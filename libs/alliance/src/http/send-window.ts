/** Milliseconds. The longest that a request with effect may leave after its write-ahead COMMIT was issued. */
export const SEND_WINDOW_MS = 60_000;

/** Both clocks of this process, in milliseconds. */
export interface ProcessClocks {
  /** Stands still while a machine sleeps. */
  readonly monotonic: () => number;
  /** Jumps when somebody sets it. */
  readonly wall: () => number;
}

const PROCESS_CLOCKS: ProcessClocks = { monotonic: () => performance.now(), wall: () => Date.now() };

/**
 * The time in which a request may leave. Open it right before the COMMIT is issued, and hand it to the call: a process
 * that was stopped in between sends nothing, for others may have decided about the row meanwhile.
 *
 * @example
 * const window = new SendWindow();
 * await commit();
 * await alliance.refund(accountId, refund, { window }); // throws `send_window_over`, noEffect, where it is too late
 */
export class SendWindow {
  private readonly openedAt: { readonly monotonic: number; readonly wall: number };

  constructor(
    private readonly lengthMs = SEND_WINDOW_MS,
    private readonly clocks: ProcessClocks = PROCESS_CLOCKS,
  ) {
    this.openedAt = { monotonic: clocks.monotonic(), wall: clocks.wall() };
  }

  /** True once either clock says that the time is over. */
  get isOver(): boolean {
    const { monotonic, wall } = this.clocks;
    const elapsedMs = Math.max(monotonic() - this.openedAt.monotonic, wall() - this.openedAt.wall);
    return elapsedMs > this.lengthMs;
  }
}
