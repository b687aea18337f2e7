/** One message of the Postgres protocol. Source: postgresql.org/docs, "Message Formats". */
export interface Frame {
  /** '' for the first message of a connection, which has no type. */
  readonly type: string;
  /** The whole message, as it goes over the wire. */
  readonly bytes: Buffer;
}

/** SQL that the server is asked to run. */
export interface Statement {
  /** The name that it was parsed under, '' when it has none, or null when it was sent as a simple query. */
  readonly name: string | null;
  readonly sql: string;
  /** Whether the server parses it now; false when it did so earlier on this connection. */
  readonly isParsed: boolean;
}

const LENGTH_BYTES = 4;

/** Cuts one direction of a connection into messages. */
export class FrameReader {
  private rest: Buffer = Buffer.alloc(0);

  /** @param untyped whether a message without type comes first, as from a client */
  constructor(private untyped: boolean) {}

  push(chunk: Buffer): Frame[] {
    this.rest = Buffer.concat([this.rest, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.next(); frame; frame = this.next()) frames.push(frame);
    return frames;
  }

  private next(): Frame | undefined {
    const typeBytes = this.untyped ? 0 : 1;
    if (this.rest.length < typeBytes + LENGTH_BYTES) return undefined;
    const length = typeBytes + this.rest.readInt32BE(typeBytes);
    if (this.rest.length < length) return undefined;
    const bytes = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    this.untyped = false;
    return { type: typeBytes === 0 ? '' : bytes.toString('latin1', 0, 1), bytes };
  }
}

/** Reads what one connection asks the server to run, by text or by the name that a text was given before. */
export class StatementReader {
  private readonly texts = new Map<string, string>();
  /** The name just parsed: binding it is still the same statement. */
  private fresh: string | undefined;

  next({ type, bytes }: Frame): Statement | undefined {
    const [first = '', second = ''] = bytes
      .subarray(1 + LENGTH_BYTES)
      .toString()
      .split('\0');
    if (type === 'Q') return { name: null, sql: first, isParsed: true };
    if (type === 'P') {
      this.texts.set(first, second);
      this.fresh = first;
      return { name: first, sql: second, isParsed: true };
    }
    if (type !== 'B') return undefined;
    // Portal, then statement. Source: postgresql.org/docs, "Message Formats", Bind.
    const isSeen = this.fresh === second;
    this.fresh = undefined;
    return isSeen ? undefined : { name: second, sql: this.texts.get(second) ?? '', isParsed: false };
  }
}
