import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { type PrivateJwk, storedKeyHistory, type TrustList } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { NestFactory } from '@nestjs/core';
import type { INestApplication } from '@nestjs/common';
import type { VerifyToken } from './bearer.js';
import type { BeginGroup } from './event-tail.js';
import { LedgerFault } from './ledger-fault.js';
import { EvidenceDesk } from './evidence/evidence-desk.js';
import { EvidenceMaker } from './evidence/evidence-maker.js';
import { LedgerModule, type LedgerModuleOptions } from './ledger.module.js';
import type { LedgerStore } from './ledger-store.js';
import type { RecordInspection } from './replay/inspections.js';
import { ReplayDesk } from './replay/replay-desk.js';
import type { Level } from './witness/level.js';
import { ledgerPaths } from './ledger-paths.js';
import { LedgerReader } from './ledger-reader.js';
import { headSigner, headVerifiers, originOf, sha256Tree } from './log-identity.js';
import { Sequencer } from './sequencer.js';
import { RunningSequencing, type Sequencing } from './sequencing.js';
import { openLedgerStore } from './sqlite-ledger-store.js';
import { openLockStore } from './sqlite-lock-store.js';
import { openWitnessing, type WitnessingParts } from './witness/open-witnessing.js';
import type { NewestWitnessed } from './witness/standing.js';
import type { RunningWitnessing, WitnessingHealth } from './witness/witnessing.js';

export interface LedgerAppDeps {
  /** Two digits, for example `32`. */
  readonly node: string;
  /** The node's directory: holds, or will hold, `ledger.db` and `lock.db`. */
  readonly dataDir: string;
  readonly eventStore: EventStore;
  /** The key that signs the log's heads; the trust list or a key event must name it. */
  readonly ledgerKey: PrivateJwk;
  readonly trust: TrustList;
  readonly clock: { now(): string };
  readonly verifyToken: VerifyToken;
  /** Puts replays of persons on record; one that cannot be recorded is not answered. */
  readonly recordInspection: RecordInspection;
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** Whether GraphQL introspection is answered; not unless said so. */
  readonly introspection?: boolean;
  /** What makes the node a witness, and its own log witnessed. Without it every head stays at the level LOCAL. */
  readonly witnessing?: WitnessingParts;
  /** Begins a span for every group of events that is sequenced. */
  readonly traced?: BeginGroup;
}

export interface LedgerHealth {
  /** Entries under the newest signed head. */
  readonly size: number;
  /** Events in the store that are not in the log yet. */
  readonly behind: number;
  /** When this process last published a head (UTC); undefined until it has. */
  readonly publishedAt: string | undefined;
  readonly witnessing: WitnessingHealth | undefined;
  readonly fault: { readonly code: string; readonly message: string } | undefined;
}

export interface LedgerApp {
  /** `http://host:port`; the tile API lies below `/ledger/`. */
  readonly url: string;
  readonly graphqlUrl: string;
  readonly sequencer: Sequencing;
  /** Undefined when the app was opened without `witnessing`. */
  readonly witnessing: RunningWitnessing | undefined;
  health(): Promise<LedgerHealth>;
  /** Ends requests and sequencing, each after what is in hand. May be called twice. */
  close(): Promise<void>;
}

/**
 * Opens a node's log, brings it to where the last run left it, sequences what the event store holds, and serves it.
 * @throws LedgerFault when the log must not be written: see `LedgerFaultCode`; `PORT_IN_USE`
 */
export const createLedgerApp = async (deps: LedgerAppDeps): Promise<LedgerApp> => {
  const closers: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll(closers));
  try {
    const { store, sequencer, witnessing, running } = await openLog(deps);
    closers.push(async () => sequencer.close());
    if (witnessing !== undefined) closers.push(() => witnessing.stop());
    const sequencing = await RunningSequencing.start({
      ...deps,
      events: deps.eventStore,
      store,
      sequencer,
      grown: () => witnessing?.grown(),
      learnt: (keys) => witnessing?.learn(keys),
    });
    running.resolve(sequencing);
    closers.push(() => sequencing.stop());
    const reader = new LedgerReader(store, () => sequencer.head, witnessing);
    const server = await serve(deps, { reader, witnessing, ...desksOf(deps, store, reader, witnessing) });
    closers.push(() => server.close());
    witnessing?.start();
    const url = urlOf(deps.host, server);
    return {
      url,
      graphqlUrl: `${url}/graphql`,
      sequencer: sequencing,
      witnessing,
      health: async () => ({ ...(await healthOf(deps, sequencing)), witnessing: witnessing?.health() }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

const openLog = async (deps: LedgerAppDeps) => {
  const { node, dataDir, ledgerKey, trust, eventStore } = deps;
  const keys = await storedKeyHistory(trust, node, eventStore);
  const signer = headSigner(keys, node, ledgerKey);
  const paths = ledgerPaths(dataDir);
  const closers: (() => unknown)[] = [];
  try {
    const store = openLedgerStore(paths.ledger);
    closers.push(() => store.close());
    const lock = openLockStore(paths.lock);
    closers.push(() => lock.close());
    const log = { origin: originOf(node), verifiers: headVerifiers(keys, node), store, lock };
    const running = Promise.withResolvers<RunningSequencing>();
    const late: { sequencer?: Sequencer } = {};
    const witnessing = openWitnessing(
      { ...deps, keys },
      {
        ...log,
        head: () => (late.sequencer === undefined ? lock.read(log.origin) : late.sequencer.head),
        halt: (fault) => void running.promise.then((sequencing) => sequencing.halt(fault)),
      },
    );
    if (witnessing !== undefined) closers.push(() => witnessing.stop());
    // The sequencer may sign as soon as it is there.
    await witnessing?.compareAtStart();
    late.sequencer = new Sequencer({ ...log, tree: sha256Tree }, signer);
    return { store, sequencer: late.sequencer, witnessing, running };
  } catch (error) {
    for (const closer of closers.reverse()) await closer();
    throw error;
  }
};

const desksOf = (
  { node, trust, recordInspection }: LedgerAppDeps,
  store: LedgerStore,
  reader: LedgerReader,
  witnessing: RunningWitnessing | undefined,
): Pick<LedgerModuleOptions, 'desk' | 'replays'> => {
  const newest = (level: Level) => (level === 'LOCAL' ? reader.head() : witnessing?.newest(level));
  const newestWitnessed: NewestWitnessed = (seconds, most) => witnessing?.witnessedBy(seconds, most);
  return {
    desk: new EvidenceDesk(new EvidenceMaker({ node, trust, store, newest, newestWitnessed }), store),
    replays: new ReplayDesk({ store, newest, newestWitnessed, trust, recordInspection }),
  };
};

const serve = async (
  deps: LedgerAppDeps,
  parts: Pick<LedgerModuleOptions, 'reader' | 'witnessing' | 'desk' | 'replays'>,
): Promise<INestApplication> => {
  const { verifyToken, introspection = false } = deps;
  const options = { ...parts, verifyToken, introspection };
  const app = await NestFactory.create(LedgerModule.around(options), {
    logger: ['error', 'fatal'],
    abortOnError: false,
    forceCloseConnections: true,
  });
  try {
    await app.listen(deps.port, deps.host);
    return app;
  } catch (error) {
    await app.close();
    if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
    throw new LedgerFault('PORT_IN_USE', `port ${deps.port} of ${deps.host} is taken`, undefined, { cause: error });
  }
};

const urlOf = (host: string, app: INestApplication): string => {
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
};

const healthOf = async (
  { eventStore }: LedgerAppDeps,
  sequencing: RunningSequencing,
): Promise<Omit<LedgerHealth, 'witnessing'>> => {
  const fault = sequencing.fault;
  // A log that has stopped says why, also when its store does not answer any more.
  const stored = await eventStore.head().catch((error: unknown) => {
    if (fault === undefined) throw error;
    return sequencing.position;
  });
  return {
    size: sequencing.head()?.size ?? 0,
    behind: Number((stored ?? 0n) - (sequencing.position ?? 0n)),
    publishedAt: sequencing.publishedAt,
    fault: fault === undefined ? undefined : { code: fault.code, message: fault.message },
  };
};

const closeAll = async (closers: readonly (() => Promise<void>)[]): Promise<void> => {
  for (const closer of closers.toReversed()) await closer();
};
