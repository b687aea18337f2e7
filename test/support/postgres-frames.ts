/** One message of the Postgres protocol. Source: postgresql.org/docs, "Message Formats". */
export interface Frame {
  /** '' for the first message of a connection, which has no type. */
  readonly type: string;
  /** The whole message, as it goes over the wire. */
  readonly bytes: Buffer;
}

/** SQL as it was handed to the server: parsed under a name ('' when unnamed), or null when sent as a simple query. */
export interface Statement {
  readonly name: string | null;
  readonly sql: string;
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

/** What a client's message asks the server to parse, if it asks for that. */
export function statementOf({ type, bytes }: Frame): Statement | undefined {
  const [first = '', second = ''] = bytes
    .subarray(1 + LENGTH_BYTES)
    .toString()
    .split('\0');
  if (type === 'Q') return { name: null, sql: first };
  return type === 'P' ? { name: first, sql: second } : undefined;
}
