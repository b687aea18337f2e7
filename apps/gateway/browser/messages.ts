import { type CardErrorCode, type CardMember, type CardScheme, type EncryptedCard } from '#libs/card-encryption';

/** What is said between the shop's page and the frame, and never anything of a card in the clear. */
const CHANNEL = 'alliance-card-fields';

/** One field as the page may know it. */
export interface FieldState {
  readonly empty: boolean;
  readonly complete: boolean;
  /** What the customer is told, once they have left the field. */
  readonly error: CardErrorCode | null;
}

/** All that the page may know. */
export interface FieldsState {
  readonly complete: boolean;
  readonly empty: boolean;
  readonly scheme: CardScheme | null;
  readonly fields: Readonly<Record<CardMember, FieldState>>;
}

/** From the frame to the page. `height` in CSS pixels. */
export type FrameMessage =
  | { readonly kind: 'ready' | 'submit' }
  | { readonly kind: 'change'; readonly state: FieldsState }
  | { readonly kind: 'height'; readonly height: number }
  | ({ readonly kind: 'encrypted'; readonly id: number } & EncryptedCard)
  | {
      readonly kind: 'refused';
      readonly id: number;
      readonly code: CardErrorCode | 'CARD_FIELDS_UNAVAILABLE';
      readonly member?: CardMember;
    };

/** From the page to the frame. */
export type PageMessage =
  | { readonly kind: 'encrypt'; readonly id: number }
  | { readonly kind: 'focus'; readonly field: CardMember }
  | { readonly kind: 'clear' };

/** To one origin and nobody else. */
export function post(target: Window, origin: string, message: FrameMessage | PageMessage): void {
  target.postMessage({ channel: CHANNEL, ...message }, origin);
}

/** The window at the other end, and the one origin that it may have. */
export interface Peer {
  readonly window: () => Window | null;
  readonly origin: string;
}

/** Hears what comes from this window at this origin, and nothing else. @returns what stops it */
export const listenToFrame = (peer: Peer, take: (message: FrameMessage) => void): (() => void) =>
  listen(peer, (message) => {
    take(message as FrameMessage);
  });

/** The same, in the frame. */
export const listenToPage = (peer: Peer, take: (message: PageMessage) => void): (() => void) =>
  listen(peer, (message) => {
    take(message as PageMessage);
  });

function listen({ window: source, origin }: Peer, take: (message: object) => void): () => void {
  const heard = (event: MessageEvent<unknown>): void => {
    const message = event.data as { readonly channel?: unknown } | null;
    if (event.origin !== origin || event.source === null || event.source !== source()) return;
    if (typeof message === 'object' && message?.channel === CHANNEL) take(message);
  };
  addEventListener('message', heard);
  return () => {
    removeEventListener('message', heard);
  };
}
