/**
 * A protocol double of KurrentDB: the public gRPC protocol over `Database`, on a loopback port. It can be stopped, held
 * and cut as a server is by a crash, SIGSTOP or a broken line; what it had stored stays in its `Database`.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server as Listener, type Socket } from 'node:net';
import { type Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import features from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_pb.js';
import featuresService from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_grpc_pb.js';
import streams from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import streamsService from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_grpc_pb.js';
import { Access, type Account, type Right } from './access.js';
import type { Append } from './append-answers.js';
import type { Certificate } from '../engines/local-certificate.js';
import { type Batches, collectBatches, collectOne, type Ends, type OneAppend, type UnaryDone } from './appends.js';
import { Database } from './database.js';
import { drained, messageOf, type Reading, streamIn, wantedOf } from './reading.js';
import { accessDenied, deletedError, wrongExpectedVersion } from './refusals.js';
import { type Pace, subscribe } from './subscription.js';
import { expectedOf, nameOf, notFoundMessage } from './wire.js';

/** What the two measured servers do differently, and how one is set up. */
export interface DoubleOptions extends Pace {
  /** With accounts it answers on TLS, as the client sends a login over nothing else; without, everybody may do everything. */
  readonly accounts?: Readonly<Record<string, Account>>;
  readonly certificate?: Certificate;
}

/** What happens to the next appends. */
type Trouble = 'lose-answer' | 'not-ready' | 'hold' | 'no-position-answer';

export class KurrentDouble {
  #server: Server | undefined;
  #listener: Listener | undefined;
  readonly #sockets = new Set<Socket>();
  #troubles: Trouble[] = [];
  #held: (() => void)[] = [];
  #spoken = () => Promise.resolve();
  #arrived = () => Promise.resolve();
  #failing = 0;
  #port = 0;
  readonly #access: Access | undefined;

  constructor(
    readonly database: Database = new Database(),
    private readonly options: DoubleOptions = {},
  ) {
    const { accounts } = options;
    this.#access = accounts === undefined ? undefined : new Access(database, accounts);
  }

  /** For the client, without an account. */
  get connectionString(): string {
    const { certificate } = this.options;
    if (certificate === undefined) return `kurrentdb://127.0.0.1:${this.#port}?tls=false&discoveryInterval=5`;
    return `kurrentdb://localhost:${this.#port}?tls=true&tlsCAFile=${certificate.file}&discoveryInterval=5`;
  }

  /** Listens, on any free port unless one is given, and the second time on the same as before. */
  async start(port = this.#port): Promise<this> {
    this.#port = port;
    const server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES });
    server.addService(featuresService.ServerFeaturesService, { getSupportedMethods: this.#features });
    server.addService(streamsService.StreamsService, {
      read: (call: Reading) => void this.#read(call),
      batchAppend: (call: Batches) => collectBatches(call, this.#takerOf(call)),
      append: (call: OneAppend, done: UnaryDone) => collectOne(call, done, this.#takerOf(call)),
      delete: (call: UnaryCall<InstanceType<typeof streams.DeleteReq>>, done: UnaryDone) => this.#delete(call, done),
      tombstone: (call: UnaryCall<InstanceType<typeof streams.TombstoneReq>>, done: UnaryDone) =>
        this.#tombstone(call, done),
    });
    await this.#listen(server);
    this.#server = server;
    return this;
  }

  /** On sockets of our own: they are cut as a crash cuts them, and do not wait for more to send (TCP_NODELAY), as a real server's. */
  async #listen(server: Server): Promise<void> {
    const injector = server.createConnectionInjector(this.#credentials());
    const listener = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
      injector.injectConnection(socket);
    });
    listener.listen(this.#port, '127.0.0.1');
    await once(listener, 'listening');
    this.#port = (listener.address() as AddressInfo).port;
    this.#listener = listener;
  }

  #credentials(): ServerCredentials {
    const { certificate: own } = this.options;
    if (own === undefined) return ServerCredentials.createInsecure();
    return ServerCredentials.createSsl(null, [{ cert_chain: own.certificate, private_key: own.key }]);
  }

  #allows({ metadata }: { readonly metadata: Metadata }, right: Right, stream: string): boolean {
    return this.#access?.allows(metadata.get('authorization')[0], right, stream) ?? true;
  }

  /** As a crash: every connection is cut at once, and nobody listens any more. */
  stop(): void {
    this.#listener?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#server?.forceShutdown();
    this.#server = undefined;
  }

  /** Subscriptions, and reads of everything from a position on, give nothing until `speak`; `asked` when one waits. */
  silence(): { readonly speak: () => void; readonly asked: Promise<void> } {
    const { pass, ...silence } = silenced();
    this.#spoken = pass;
    return silence;
  }

  /** What is read of streams is on its way until `speak`: it is of the moment at which it was asked for. */
  delay(): { readonly speak: () => void; readonly asked: Promise<void> } {
    const { pass, ...silence } = silenced();
    this.#arrived = pass;
    return silence;
  }

  /** The next read of everything from a position on fails, as on a line that was cut. */
  failRead(): void {
    this.#failing++;
  }

  /** The next append gets into this trouble; several are met one after the other. */
  trouble(...troubles: readonly Trouble[]): void {
    this.#troubles.push(...troubles);
  }

  /** Lets go of what was held: it is stored and answered now. */
  release(): void {
    for (const go of this.#held.splice(0)) go();
  }

  readonly #features = (_call: unknown, done: (error: null, methods: object) => void): void => {
    const methods = new features.SupportedMethods();
    methods.setEventStoreServerVersion('23.10.8');
    for (const [name, its] of SUPPORTED) {
      const method = new features.SupportedMethod();
      method.setServiceName('event_store.client.streams.streams');
      method.setMethodName(name);
      method.setFeaturesList([...its]);
      methods.addMethods(method);
    }
    done(null, methods);
  };

  #takerOf(call: { readonly metadata: Metadata }): (append: Append, ends: Ends) => void {
    return (append, ends) => this.#append(append, this.#allows(call, '$w', append.name), ends);
  }

  #append({ name, expected, events }: Append, isAllowed: boolean, { answer, cut }: Ends): void {
    if (!isAllowed) return answer({ kind: 'access-denied' });
    const store = () => this.database.append(name, expected, events);
    switch (this.#troubles.shift()) {
      case 'lose-answer':
        store();
        return cut();
      case 'not-ready':
        return answer({ kind: 'not-ready' });
      case 'no-position-answer':
        return answer({ kind: 'success', revision: 0n, position: undefined });
      case 'hold':
        return void this.#held.push(() => answer(store()));
      case undefined:
        return answer(store());
    }
  }

  async #read(call: Reading): Promise<void> {
    const options = call.request.getOptions();
    if (options === undefined) return void call.end();
    const name = streamIn(call.request);
    if (!this.#allows(call, '$r', name ?? '$all')) return void call.emit('error', accessDenied());
    if (options.hasSubscription()) return subscribe(call, this.database, this.options, () => this.#spoken());
    if (name !== undefined) {
      const state = this.database.stateOf(name);
      if (state === 'tombstoned') return void call.emit('error', deletedError(name));
      if (state !== 'there') {
        call.write(notFoundMessage(name));
        return void call.end();
      }
    }
    const isBackwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
    if (name === undefined && !isBackwards) {
      if (this.#failing > 0) {
        this.#failing -= 1;
        return void call.emit('error', { code: status.UNAVAILABLE });
      }
      await this.#spoken();
    }
    const events = name === undefined ? this.database.all() : this.database.read(name);
    const wanted = wantedOf(call.request, events, isBackwards);
    if (name !== undefined) await this.#arrived();
    for (const event of wanted)
      if (!call.write(messageOf(event, call.request, this.database)) && !call.cancelled) await drained(call);
    call.end();
  }

  #delete(call: UnaryCall<InstanceType<typeof streams.DeleteReq>>, done: UnaryDone): void {
    this.#deleteAs(call, done, (name) => {
      this.database.softDelete(name);
      return new streams.DeleteResp();
    });
  }

  #tombstone(call: UnaryCall<InstanceType<typeof streams.TombstoneReq>>, done: UnaryDone): void {
    this.#deleteAs(call, done, (name) => {
      this.database.tombstone(name);
      return new streams.TombstoneResp();
    });
  }

  #deleteAs(call: UnaryCall<Deleting>, done: UnaryDone, deleteIt: (name: string) => object): void {
    const options = call.request.getOptions();
    const name = nameOf(options?.getStreamIdentifier());
    if (!this.#allows(call, '$d', name)) return done(accessDenied());
    const expected = options === undefined ? 'any' : expectedOf(options, () => options.getRevision());
    const refused = this.database.refusalToDelete(name, expected);
    if (refused === undefined) return done(null, deleteIt(name));
    if (refused.kind === 'stream-deleted') return done(deletedError(name));
    done(wrongExpectedVersion(name, expected, refused.actual));
  }
}

type Deleting = InstanceType<typeof streams.DeleteReq> | InstanceType<typeof streams.TombstoneReq>;
interface UnaryCall<Request> {
  readonly request: Request;
  readonly metadata: Metadata;
}

/** A larger one ends its call: on the batch path also for all others that are on their way. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

const SUPPORTED: readonly (readonly [string, readonly string[]])[] = [
  ['append', []],
  ['batchappend', ['deadline_duration']],
  ['read', ['position', 'events']],
  ['delete', []],
  ['tombstone', []],
];

/** What passes only once it is spoken again. */
const silenced = () => {
  const [spoken, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const pass = (): Promise<void> => {
    asked.resolve();
    return spoken.promise;
  };
  return { pass, speak: spoken.resolve, asked: asked.promise };
};
