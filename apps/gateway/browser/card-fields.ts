import { type CardErrorCode, type CardMember, type EncryptedCard } from '#libs/card-encryption';
import { type FieldsState, type FrameMessage, listenToFrame, post } from './messages.js';

/** The shop's side of the card fields: a frame of the gateway in the shop's page, and what it tells. */
interface CardFieldsOptions {
  /** `frameUrl` of `GET /v1/hosted-fields`. */
  readonly frameUrl: string;
  /** Default: `uk`. */
  readonly locale?: 'uk' | 'en';
  /** Default: `auto`, as the customer's system has it. */
  readonly theme?: 'auto' | 'light' | 'dark';
  /** The fields can be used. */
  readonly onReady?: () => void;
  /** After every change: whether the fields are complete, the scheme, what the customer was told. */
  readonly onChange?: (state: FieldsState) => void;
  /** Enter was pressed in a field. */
  readonly onSubmit?: () => void;
  /** The fields cannot be shown. Offer another way to pay. */
  readonly onError?: (error: CardFieldsError) => void;
}

type ErrorCode = CardErrorCode | 'CARD_FIELDS_UNAVAILABLE';

/** `code` is stable; `member` is the field that is wrong, where one is. */
class CardFieldsError extends Error {
  override readonly name = 'CardFieldsError';
  constructor(
    readonly code: ErrorCode,
    readonly member?: CardMember,
  ) {
    super(code);
  }
}

interface Waiting {
  readonly resolve: (card: EncryptedCard) => void;
  readonly reject: (error: CardFieldsError) => void;
}

/** Milliseconds in which the frame has to load, and to encrypt. */
const PATIENCE_MS = 15_000;
/** CSS pixels, until the frame tells its own. */
const FIRST_HEIGHT = 190;
const TITLES = { uk: 'Дані картки', en: 'Card details' };

class CardFields {
  readonly #frame: HTMLIFrameElement;
  readonly #origin: string;
  readonly #options: CardFieldsOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #stop: () => void;
  readonly #readiness: ReturnType<typeof setTimeout>;
  #asked = 0;

  constructor(container: HTMLElement, options: CardFieldsOptions) {
    this.#options = options;
    const { frameUrl, locale = 'uk', theme = 'auto' } = options;
    const address = new URL(frameUrl);
    this.#origin = address.origin;
    address.search = new URLSearchParams({ origin: location.origin, locale, theme }).toString();
    this.#frame = container.ownerDocument.createElement('iframe');
    this.#frame.title = TITLES[locale];
    this.#frame.referrerPolicy = 'no-referrer';
    Object.assign(this.#frame.style, { width: '100%', height: `${FIRST_HEIGHT}px`, border: '0', display: 'block' });
    this.#stop = listenToFrame({ window: () => this.#frame.contentWindow, origin: this.#origin }, (message) => {
      this.#take(message);
    });
    this.#readiness = setTimeout(() => options.onError?.(new CardFieldsError('CARD_FIELDS_UNAVAILABLE')), PATIENCE_MS);
    this.#frame.src = address.href;
    container.replaceChildren(this.#frame);
  }

  /** Checks the fields, shows what is wrong beside them, and encrypts. Rejects with a `CardFieldsError`. */
  tokenize(): Promise<EncryptedCard> {
    const id = (this.#asked += 1);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new CardFieldsError('CARD_FIELDS_UNAVAILABLE'));
      }, PATIENCE_MS);
      const ended =
        <Value>(end: (value: Value) => void) =>
        (value: Value): void => {
          clearTimeout(late);
          end(value);
        };
      this.#waiting.set(id, { resolve: ended(resolve), reject: ended(reject) });
      this.#tell({ kind: 'encrypt', id });
    });
  }

  focus(field: CardMember = 'number'): void {
    this.#frame.focus();
    this.#tell({ kind: 'focus', field });
  }

  /** Empties the fields. */
  clear(): void {
    this.#tell({ kind: 'clear' });
  }

  unmount(): void {
    clearTimeout(this.#readiness);
    this.#stop();
    this.#frame.remove();
  }

  #tell(message: Parameters<typeof post>[2]): void {
    if (this.#frame.contentWindow) post(this.#frame.contentWindow, this.#origin, message);
  }

  #take(message: FrameMessage): void {
    const { onReady, onChange, onSubmit } = this.#options;
    switch (message.kind) {
      case 'ready':
        clearTimeout(this.#readiness);
        onReady?.();
        break;
      case 'change':
        onChange?.(message.state);
        break;
      case 'submit':
        onSubmit?.();
        break;
      case 'height':
        this.#frame.style.height = `${Math.ceil(message.height)}px`;
        break;
      case 'encrypted':
      case 'refused':
        this.#end(message);
        break;
    }
  }

  #end(message: Extract<FrameMessage, { readonly kind: 'encrypted' | 'refused' }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'refused') waiting?.reject(new CardFieldsError(message.code, message.member));
    else waiting?.resolve({ encryptedNumber: message.encryptedNumber, encryptedData: message.encryptedData });
  }
}

/** What 3-D Secure asks of a browser, but for `acceptHeader`: that one the shop's server sees in the request. */
const browserOf = () => ({
  userAgent: navigator.userAgent,
  language: navigator.language,
  colorDepth: screen.colorDepth,
  screenHeight: screen.height,
  screenWidth: screen.width,
  timeZoneOffset: new Date().getTimezoneOffset(),
});

declare global {
  var AllianceCardFields: {
    readonly mount: (container: HTMLElement, options: CardFieldsOptions) => CardFields;
    readonly browser: typeof browserOf;
  };
}
globalThis.AllianceCardFields = Object.freeze({
  mount: (container: HTMLElement, options: CardFieldsOptions) => new CardFields(container, options),
  browser: browserOf,
});
