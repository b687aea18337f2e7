import { type Dispatcher } from 'undici';
import { type SendWindow } from './send-window.js';

/** Code of the failure when the window closed before the first byte. */
export const SEND_WINDOW_OVER = 'SEND_WINDOW_OVER';

/**
 * Watches one request at the moment when undici is about to write it to a connected socket, which can be long after it
 * was handed over: a free connection is awaited first, or a new one made.
 */
export class SendWatch {
  #hasLeft = false;

  constructor(private readonly window?: SendWindow) {}

  /** False while not one byte of the request was written: whatever ends it then, it started nothing. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  readonly interceptor: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
    dispatch(options, new WatchedHandler(handler, this));

  /** Lets the request go, or keeps it back where its window is over. */
  beforeWriting(controller: Dispatcher.DispatchController): void {
    if (controller.aborted) return;
    if (this.window?.isOver) {
      controller.abort(Object.assign(new Error('too late to send'), { code: SEND_WINDOW_OVER }));
      return;
    }
    this.#hasLeft = true;
  }
}

class WatchedHandler implements Dispatcher.DispatchHandler {
  constructor(
    private readonly inner: Dispatcher.DispatchHandler,
    private readonly watch: SendWatch,
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.inner.onRequestStart?.(controller, context);
    this.watch.beforeWriting(controller);
  }

  onResponseStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    this.inner.onResponseStart?.(...args);
  }

  onResponseData(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseData']>>): void {
    this.inner.onResponseData?.(...args);
  }

  onResponseEnd(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.inner.onResponseEnd?.(...args);
  }

  onResponseError(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseError']>>): void {
    this.inner.onResponseError?.(...args);
  }
}
