import 'reflect-metadata';
import type { Broker } from '@delta-hub/broker';
import type { Signer, TrustList } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import type { AddressInfo } from 'node:net';
import type { VerifyToken } from './bearer.js';
import type { NodeClock } from './clock.js';
import { HandlerParts } from './command-handler.js';
import { HandoffModule } from './handoff.module.js';
import { InboundConsumer } from './inbound.consumer.js';
import { CurrentKnowledge } from './knowledge.js';
import { NodeHealth } from './node-health.js';
import { createPublisher } from './outbound.publisher.js';
import { Positions } from './positions.js';
import { Projector } from './projections.js';
import { ReadModels } from './read-models.js';
import { createReceipts } from './receipts.js';
import { Refuser } from './refuser.js';
import type { Handle, Outcome } from './requests.js';
import type { SubscriberState } from './subscriber.js';

export interface HandoffAppDeps {
  /** Two digits, e.g. `32`. */
  readonly node: string;
  /** The nodes whose topics this one follows. */
  readonly peers: readonly string[];
  readonly host: string;
  readonly eventStore: EventStore;
  readonly broker: Broker;
  readonly signer: Signer;
  readonly trust: TrustList;
  readonly clock: NodeClock;
  readonly verifyToken: VerifyToken;
  /** Files of the node's own: how far its subscribers are, and what queries read. */
  readonly positionsFile: string;
  readonly readModelsFile: string;
  /** Whether the schema may be asked for. */
  readonly introspection: boolean;
}

export interface HandoffApp {
  readonly graphqlUrl: string;
  /** Gives one command to the bus, as the resolvers do. */
  execute(handle: Handle): Promise<Outcome>;
  /** How far each subscriber is, and what stopped it. */
  subscribers(): Promise<readonly SubscriberState[]>;
  close(): Promise<void>;
}

/** Opens the handoff service of a node: commands, subscribers, read models, GraphQL on a free port of `host`. */
export const createHandoffApp = async (deps: HandoffAppDeps): Promise<HandoffApp> => {
  const { node, eventStore: store, broker, signer, clock } = deps;
  const positions = new Positions(deps.positionsFile);
  const readModels = new ReadModels(deps.readModelsFile);
  const projector = new Projector(store, readModels);
  const knowledge = new CurrentKnowledge(store, readModels, projector, clock);
  const parts = new HandlerParts(store, { node, signer, clock }, knowledge);

  const refuser = new Refuser(node, store, signer, clock);
  const context = {
    node,
    trust: deps.trust,
    readStream: (stream: string) => store.read(stream),
    person: (personId: string) => knowledge.person(personId),
  };
  const publisher = createPublisher({ node, store, broker, positions });
  const consumers = deps.peers.map((peer) => new InboundConsumer({ peer, broker, store, positions, context, refuser }));
  const late: { bus?: CommandBus } = {};
  const execute = async (handle: Handle): Promise<Outcome> => {
    if (late.bus === undefined) throw new Error('the command bus is not open yet');
    return late.bus.execute(handle);
  };
  const receipts = createReceipts({ node, store, positions, execute });
  const subscribers = [projector, publisher, receipts, ...consumers];
  const health = new NodeHealth(node, clock, subscribers);

  const module = HandoffModule.around({ ...deps, parts, projector, readModels, health });
  const app = await NestFactory.create(module, {
    logger: ['error', 'fatal'],
    abortOnError: false,
    forceCloseConnections: true,
  });
  await app.listen(0, deps.host);
  late.bus = app.get(CommandBus);
  for (const subscriber of subscribers) subscriber.start();
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();

  return {
    graphqlUrl: `http://${deps.host}:${port}/graphql`,
    execute,
    subscribers: () => health.subscribers(),
    close: async () => {
      await app.close();
      for (const subscriber of subscribers.toReversed()) await subscriber.stop();
      readModels.close();
      positions.close();
    },
  };
};
