import { type Dispatcher } from 'undici';
import { type SendWindow } from './send-window.js';

/** Code of the failure when the window closed before the first byte. */
export const SEND_WINDOW_OVER = 'SEND_WINDOW_OVER';

/**
 * Looks at the window when undici is about to write to a connected socket, which can be long after the request was
 * handed over: a free connection is awaited first, or a new one made.
 */
export const guardBy =
  (window: SendWindow): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) =>
    dispatch(options, new GuardedHandler(handler, window));

class GuardedHandler implements Dispatcher.DispatchHandler {
  constructor(
    private readonly inner: Dispatcher.DispatchHandler,
    private readonly window: SendWindow,
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.inner.onRequestStart?.(controller, context);
    if (this.window.isOver) controller.abort(Object.assign(new Error('too late to send'), { code: SEND_WINDOW_OVER }));
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
