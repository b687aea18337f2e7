/** Bytes behind the first one that is not ASCII which decide how a file is written. */
const NEEDED_BYTES = 4;

export type Encoding = 'utf-8' | 'windows-1251';

/** What a file is that is no text at all. */
const BINARY: readonly (readonly [signature: readonly number[], what: string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'a spreadsheet (XLSX): save it as CSV'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'a spreadsheet (XLS): save it as CSV'],
  [[0xff, 0xfe], 'UTF-16: save it as CSV in UTF-8'],
  [[0xfe, 0xff], 'UTF-16: save it as CSV in UTF-8'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF: ask the bank for CSV'],
];

/** The bytes are no text of a register; the message says what they are. */
export class TextError extends Error {
  override readonly name = 'TextError';
}

/**
 * Bytes of a file, piece by piece, as text. Which encoding it is shows at the first byte that is not ASCII: two letters of
 * Windows-1251 in a row are never UTF-8.
 */
export class RegisterText {
  private decoder: InstanceType<typeof TextDecoder> | undefined;
  private held: Uint8Array = new Uint8Array();
  private isFirst = true;

  /** @throws TextError */
  push(bytes: Uint8Array): string {
    if (this.decoder) return this.decode(bytes, true);
    const all = joined(this.held, bytes);
    if (this.isFirst && all.length < NEEDED_BYTES) return this.hold(all);
    if (this.isFirst) refuseBinary(all);
    this.isFirst = false;
    const at = all.findIndex((byte) => byte > 0x7f);
    if (at === -1) {
      this.held = new Uint8Array();
      return ascii(all);
    }
    if (all.length - at < NEEDED_BYTES) {
      this.held = all.slice(at);
      return ascii(all.subarray(0, at));
    }
    return ascii(all.subarray(0, at)) + this.decide(all.subarray(at), true);
  }

  /** @throws TextError */
  end(): string {
    if (this.decoder) return this.decode(new Uint8Array(), false);
    refuseBinary(this.held);
    return this.held.some((byte) => byte > 0x7f) ? this.decide(this.held, false) : ascii(this.held);
  }

  /** Undefined while all of it is ASCII, which both are. */
  get encoding(): Encoding | undefined {
    return this.decoder?.encoding as Encoding | undefined;
  }

  private hold(bytes: Uint8Array): string {
    this.held = bytes;
    return '';
  }

  private decide(bytes: Uint8Array, goesOn: boolean): string {
    this.decoder = new TextDecoder(
      isUtf8(bytes.subarray(0, NEEDED_BYTES), goesOn || bytes.length > NEEDED_BYTES) ? 'utf-8' : 'windows-1251',
      { fatal: true },
    );
    this.held = new Uint8Array();
    return this.decode(bytes, goesOn);
  }

  private decode(bytes: Uint8Array, stream: boolean): string {
    try {
      return withoutNul(this.decoder?.decode(bytes, { stream }) ?? '');
    } catch {
      throw new TextError('the file begins in UTF-8 and goes on in something else');
    }
  }
}

function isUtf8(bytes: Uint8Array, stream: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}

function refuseBinary(bytes: Uint8Array): void {
  const what = BINARY.find(([signature]) => signature.every((byte, at) => bytes[at] === byte))?.[1];
  if (what !== undefined) throw new TextError(`the file is ${what}`);
}

const ascii = (bytes: Uint8Array): string => withoutNul(new TextDecoder('latin1').decode(bytes));

function withoutNul(text: string): string {
  if (text.includes('\0')) throw new TextError('the file holds NUL bytes: it is no text');
  return text;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
