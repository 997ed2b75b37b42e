import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { CommandBus } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import type { VerifyToken } from './bearer.js';
import type { NodeClock } from './clock.js';
import type { PeerState } from './heartbeats.js';
import { HandoffModule } from './handoff.module.js';
import type { LogForked } from './incidents.js';
import type { Inspection } from './inspections.js';
import { type HandoffDeps, openHandoff } from './open-handoff.js';
import type { Handle, Outcome } from './requests.js';
import type { StoreFeed } from './store-feed.js';
import type { SubscriberState } from './subscriber.js';
import { withTrace } from './trace-context.js';

export interface HandoffAppDeps extends HandoffDeps {
  readonly host: string;
  readonly clock: NodeClock;
  readonly verifyToken: VerifyToken;
  /** Whether the schema may be asked for. */
  readonly introspection: boolean;
}

export interface HandoffApp {
  readonly graphqlUrl: string;
  /** For subscribers of the node's facts beside its own. */
  readonly feed: StoreFeed;
  /** Gives one command to the bus, as the resolvers do. */
  execute(handle: Handle): Promise<Outcome>;
  /** How far each subscriber is, and what stopped it. */
  subscribers(): Promise<readonly SubscriberState[]>;
  /** The other nodes as this one hears them. */
  peers(): readonly PeerState[];
  /** Records of peers that wait: for what they rest on, or for an operator to settle a fork. */
  held(): number;
  /** Open duties of every agency of this node, and those past their due instant. */
  duties(): { readonly open: number; readonly overdue: number };
  /** Open duties that are due within so many seconds, or were. */
  dueWithin(seconds: number): number;
  /** Records of peers that this node has refused: its quarantine. */
  refused(): number;
  raiseLogForked(fork: LogForked): Promise<void>;
  recordInspection(inspection: Inspection): Promise<void>;
  retryHeld(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the handoff service of a node: commands, subscribers, read models, GraphQL on a free port of `host`. */
export const createHandoffApp = async (deps: HandoffAppDeps): Promise<HandoffApp> => {
  const handoff = openHandoff(deps);
  const app = await NestFactory.create(HandoffModule.around({ ...deps, ...handoff }), {
    logger: ['error', 'fatal'],
    abortOnError: false,
    forceCloseConnections: true,
  });
  app.use(withTrace);
  await app.listen(0, deps.host);
  const bus = app.get(CommandBus);
  handoff.start();
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();

  return {
    graphqlUrl: `http://${deps.host}:${port}/graphql`,
    feed: handoff.feed,
    execute: (handle) => bus.execute(handle),
    subscribers: () => handoff.health.subscribers(),
    peers: () => handoff.health.peers(),
    held: () => handoff.health.heldRecords(),
    duties: () => handoff.readModels.duties.count(deps.clock.now()),
    dueWithin: (seconds) => {
      const by = new Date(Date.parse(deps.clock.now()) + seconds * 1000).toISOString();
      return handoff.readModels.duties.dueBy(by);
    },
    refused: () => handoff.readModels.refusalCount(),
    raiseLogForked: (fork) => handoff.raiseLogForked(fork),
    recordInspection: (inspection) => handoff.recordInspection(inspection),
    retryHeld: () => handoff.retryHeld(),
    close: async () => {
      await app.close();
      await handoff.stop();
    },
  };
};
