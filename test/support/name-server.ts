import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A name server on loopback that answers as it is told to, another time otherwise. */
export class NameServer {
  /** Names that were asked for, with the type: 1 for A, 28 for AAAA. */
  readonly questions: { readonly name: string; readonly type: number }[] = [];
  private constructor(
    private readonly socket: Socket,
    private readonly answer: (name: string, asked: number) => readonly string[] | undefined,
  ) {}

  /** @param answer IPv4 addresses of a name, by how often it was asked for before; undefined: no answer at all */
  static async start(answer: (name: string, asked: number) => readonly string[] | undefined): Promise<NameServer> {
    const socket = createSocket('udp4');
    const server = new NameServer(socket, answer);
    socket.on('message', (message, { address, port }) => {
      const reply = server.reply(message);
      if (reply) socket.send(reply, port, address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  stop(): void {
    this.socket.close();
  }

  /** RFC 1035: the header, the question as it came, and an A record for each address. */
  private reply(query: Buffer): Buffer | undefined {
    const { name, type, end } = readQuestion(query);
    const asked = this.questions.filter((question) => question.name === name && question.type === 1).length;
    this.questions.push({ name, type });
    const addresses = this.answer(name, asked);
    if (addresses === undefined) return undefined;
    const records = type === 1 ? addresses.map(recordOf) : [];
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180, 2); // an answer, recursion available, no error
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    return Buffer.concat([header, query.subarray(12, end), ...records]);
  }
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('ascii', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** The name of the question again, class IN, no time to live. */
const recordOf = (address: string): Buffer =>
  Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]);
