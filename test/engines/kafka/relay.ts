import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** Kinds of requests (Kafka protocol guide, api keys). */
export const PRODUCE = 0;
export const FETCH = 1;

/** Cuts a stream into messages: a length of four bytes, then so many. */
const framed = (take: (frame: Buffer) => void): ((chunk: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const length = 4 + rest.readInt32BE(0);
      take(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  };
};

/** Stands between clients and a broker, and loses answers. */
export class Relay {
  private isCut = false;
  private readonly losing = new Map<number, () => void>();
  private readonly withholding = new Map<number, () => void>();
  private readonly repeating = new Map<number, () => void>();
  /** The answer before, of each kind, without what makes it the answer to one request. */
  private readonly bodies = new Map<number, Buffer>();
  private readonly sockets = new Set<Socket>();
  /** Those whose other end is as good as gone. */
  private readonly dead = new WeakSet<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (client: Socket) => this.join(client));
  }

  /** Listens on `port` of the loopback interface for a broker on `targetPort`. */
  static async start(port: number, targetPort: number): Promise<Relay> {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new Relay(server, targetPort);
  }

  /** Loses the next answer to a request of this kind, and its connection; resolves when that has happened. */
  lose(kind: number): Promise<void> {
    return new Promise((resolve) => this.losing.set(kind, resolve));
  }

  /** From now on gives no answer to requests of this kind, while everything else passes; resolves with the first of them. */
  withhold(kind: number): Promise<void> {
    return new Promise((resolve) => this.withholding.set(kind, resolve));
  }

  /** Answers the next request of this kind as it has answered the one before; resolves when that has happened. */
  repeat(kind: number): Promise<void> {
    return new Promise((resolve) => this.repeating.set(kind, resolve));
  }

  /** The connections there are stay open and carry nothing any more, as to a machine that is gone; new ones pass. */
  abandon(): void {
    for (const socket of this.sockets) this.dead.add(socket);
  }

  /** From now on lets nobody through, and ends every connection. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Answers again; what was withheld is gone. */
  heal(): void {
    this.isCut = false;
    this.losing.clear();
    this.withholding.clear();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    if (this.isCut) return void client.destroy();
    const broker = connect(this.targetPort, '127.0.0.1');
    const kinds = new Map<number, number>();
    const end = (): void => void (client.destroy(), broker.destroy());
    for (const socket of [client, broker]) {
      this.sockets.add(socket);
      socket.once('close', end).on('error', end);
      socket.once('close', () => this.sockets.delete(socket));
    }
    const asked = framed((frame) => {
      if (this.dead.has(client)) return;
      kinds.set(frame.readInt32BE(8), frame.readInt16BE(4));
      broker.write(frame);
    });
    const answered = framed((frame) => {
      if (this.dead.has(client)) return;
      const correlation = frame.readInt32BE(4);
      const kind = kinds.get(correlation) ?? -1;
      kinds.delete(correlation);
      const [withheld, lost] = [this.withholding.get(kind), this.losing.get(kind)];
      if (withheld !== undefined) withheld();
      else if (lost === undefined) client.write(this.answerOf(kind, frame));
      else {
        this.losing.delete(kind);
        end();
        lost();
      }
    });
    client.on('data', asked);
    broker.on('data', answered);
  }

  private answerOf(kind: number, frame: Buffer): Buffer {
    const before = this.bodies.get(kind);
    this.bodies.set(kind, frame.subarray(8));
    const repeated = this.repeating.get(kind);
    if (repeated === undefined || before?.length !== frame.length - 8) return frame;
    this.repeating.delete(kind);
    repeated();
    return Buffer.concat([frame.subarray(0, 8), before]);
  }
}
