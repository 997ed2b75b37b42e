import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A line of its own to a server on the loopback interface: it can be cut while the server is well. */
export class Line {
  private isCut = false;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (client: Socket) => this.join(client));
  }

  static async start(targetPort: number): Promise<Line> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Line(server, targetPort);
  }

  /** Where it begins. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** From now on lets nobody through. What is on its way is lost: the server may have done what nobody is told of. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  heal(): void {
    this.isCut = false;
  }

  async stop(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    if (this.isCut) return void client.destroy();
    const target = connect({ port: this.targetPort, host: '127.0.0.1', noDelay: true });
    const end = (): void => void (client.destroy(), target.destroy());
    for (const socket of [client, target]) {
      this.sockets.add(socket);
      socket.once('close', end).on('error', end);
      socket.once('close', () => this.sockets.delete(socket));
    }
    client.pipe(target).pipe(client);
  }
}
