import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/** A secret that has to become a string at last. Kept as bytes, and shown to nobody who does not ask for it by name. */
export class SecretText {
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  static of(text: string): SecretText {
    return new SecretText(Buffer.from(text));
  }

  /** The secret itself: do not keep what this returns. */
  reveal(): string {
    return this.#bytes.toString();
  }

  equals(text: string): boolean {
    return this.#bytes.equals(Buffer.from(text));
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
