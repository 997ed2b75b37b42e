import type { Broker } from '@delta-hub/broker';
import { openSqliteBroker } from '@delta-hub/broker/sqlite';
import { isLedgerKeyId, jwks, type KeyHistory, type KeyUse, signerFromJwk } from '@delta-hub/crypto';
import { createGateway, type Gateway } from '@delta-hub/gateway-app';
import { NodeClock, readKeys } from '@delta-hub/handoff-app';
import { createHandoffApp, type HandoffApp } from '@delta-hub/handoff-app/service';
import { createLedgerApp, type LedgerApp, type LedgerAppDeps } from '@delta-hub/ledger-app/service';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BrokerLink } from './broker-link.js';
import { CheckpointPublisher } from './checkpoint-publisher.js';
import { type HubConfig, loadConfig } from './config.js';
import { nodePaths, openNode, paths } from './data-dir.js';
import { newestKey } from './keys-bench.js';
import { readPrivateKey } from './keys-files.js';
import { tokenVerifier } from './issuer.js';
import { openKafka } from './kafka/open-kafka.js';
import { lockDirectory } from './lock.js';
import type { NodeStart, PeerUrls } from './messages.js';
import { PeerLine } from './peer-line.js';
import { useRulesOf } from './rules-file.js';
import { type Measured, NodeMetrics } from './metrics.js';
import { openNodeStore, proveAppendOnly } from './node-store.js';
import { NODES } from './nodes.js';
import { ReadinessProbe } from './readiness.js';
import { routesOf } from './routes.js';
import { openTracing, type Tracing } from './tracing/tracing.js';

export interface RunningNode {
  readonly url: string;
  readonly clock: NodeClock;
  /** Takes the node off the line to the others, or puts it back. */
  link(up: boolean): void;
  /** Learns where the other nodes are: they witness its log, and it theirs. */
  meet(peers: PeerUrls): void;
  close(): Promise<void>;
}

/**
 * Runs one province in this process: handoff and ledger subgraphs on loopback ports of their own, the gateway before them.
 * Opens what it needs in order and closes it in reverse, also when a later part fails to start.
 * @throws HubFault and the faults of the parts, each with a stable `code`
 */
export const startNode = async (start: NodeStart): Promise<RunningNode> => {
  const config = loadConfig();
  useRulesOf(config.DELTA_HUB_RULES);
  const hubDir = join(start.dataDir, '..', '..');
  const files = nodePaths(start.dataDir);
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const own = openNode(start.dataDir, start.node);
    const lock = lockDirectory(files.lock, 10_000);
    closers.push(() => lock.release());
    const clock = new NodeClock(start.clock);
    await proveAppendOnly(start.node, config);
    const { store } = await openNodeStore(start.dataDir, start.node, () => clock.now(), config);
    closers.push(() => store.close());
    const metrics = new NodeMetrics(start.node);
    const { broker, tracing, closeBroker } = await openLink(config, start, hubDir, metrics);
    closers.push(closeBroker);
    const verifyToken = tokenVerifier(hubDir, start.node, config);
    const parts = {
      introspection: start.environment === 'development',
      node: start.node,
      host: '127.0.0.1',
      eventStore: store,
      trust: own.trust,
      clock,
      verifyToken,
    };
    const known = await readKeys(store, own.trust, start.node);
    const keyOf = (use: KeyUse): string => newestKey(known, start.node, clock.now(), use);
    const line = new PeerLine(start.linked);
    const { ledger, join: joinHandoff } = await openLedger({
      ...parts,
      dataDir: start.dataDir,
      ledgerKey: readPrivateKey(start.dataDir, keyOf('ledger')),
      witnessing: { key: own.witnessKey, peers: othersOf(start.node, start.peers), wire: line.wire },
      ...{ port: 0, ...(tracing === undefined ? {} : { traced: tracing.sequencing }) },
    });
    closers.push(() => ledger.close());
    closers.push(publishCheckpoints(start.node, broker, ledger));
    const signer = signerFromJwk(readPrivateKey(start.dataDir, keyOf('event')), keyOf('event'));
    const peers = NODES.map(({ id }) => id).filter((id) => id !== start.node);
    const handoff = await createHandoffApp({
      ...parts,
      ...{ broker, signer, onStopped: sayStopped(start.node) },
      decryptionKey: own.encryptionKey,
      peers,
      positionsFile: files.positions,
      readModelsFile: files.readModels,
      isFrozen: (node) => ledger.witnessing?.isFrozen(node) ?? false,
    });
    closers.push(() => endHandoff(handoff, broker));
    joinHandoff(handoff);
    const keys = (): Promise<KeyHistory> => readKeys(store, own.trust, start.node);
    const ready = new ReadinessProbe({ node: start.node, peers, store, keys, signer, clock, handoff, ledger });
    closers.push(() => metrics.stop());
    await metrics.follow(handoff.feed, signer.alg);
    const gateway = await openGateway(start, verifyToken, metrics, {
      ...{ known, handoff, ledger, line, ready, clock },
      tracing,
    });
    closers.push(() => gateway.close());
    return {
      url: gateway.url,
      clock,
      link: (up) => {
        broker.set(up);
        line.set(up);
      },
      meet: (peers) => ledger.witnessing?.meet(othersOf(start.node, peers)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

interface Served {
  readonly known: KeyHistory;
  readonly handoff: HandoffApp;
  readonly ledger: LedgerApp;
  readonly line: PeerLine;
  readonly ready: ReadinessProbe;
  readonly clock: NodeClock;
  readonly tracing: Tracing | undefined;
}

/** The public face of the node, with what it serves beside GraphQL. */
const openGateway = (
  { node, host, port, dataDir, environment }: NodeStart,
  verifyToken: ReturnType<typeof tokenVerifier>,
  metrics: NodeMetrics,
  { known, handoff, ledger, line, ready, clock, tracing }: Served,
): Promise<Gateway> => {
  const measured = async (): Promise<Measured> => ({
    readiness: await ready.ask(),
    duties: handoff.duties(),
    dueWithin: (seconds) => handoff.dueWithin(seconds),
    refused: handoff.refused(),
    trustListAge: (Date.now() - (await stat(nodePaths(dataDir).trust)).mtimeMs) / 1000,
    now: Date.parse(clock.now()) / 1000,
  });
  return createGateway({
    node,
    host,
    port,
    subgraphs: { handoff: handoff.graphqlUrl, ledger: ledger.graphqlUrl },
    verifyToken,
    introspection: environment === 'development',
    extraRoutes: routesOf({
      keys: jwks(eventKeysOf(known, node)),
      ledger,
      line,
      ready,
      metrics: async () => metrics.text(await measured()),
    }),
    answered: (answer) => metrics.answered(answer),
    ...(tracing === undefined ? {} : { traced: (traceparent) => tracing.request(traceparent) }),
  });
};

/**
 * The log of the node, and how the handoff service is joined to it: inspections and forks that the witness finds become
 * facts; when a fork is settled, what was held is judged. An inspection waits until there is somebody to sign it.
 */
const openLedger = async (
  deps: Omit<LedgerAppDeps, 'recordInspection'>,
): Promise<{ readonly ledger: LedgerApp; readonly join: (handoff: HandoffApp) => void }> => {
  const joined = Promise.withResolvers<HandoffApp>();
  const ledger = await createLedgerApp({
    ...deps,
    recordInspection: async (inspection) => (await joined.promise).recordInspection(inspection),
  });
  const join = (handoff: HandoffApp): void => {
    joined.resolve(handoff);
    ledger.witnessing?.onFork(({ node, proof }) => handoff.raiseLogForked({ forkedNode: node, proof }));
    ledger.witnessing?.onSettled(() => handoff.retryHeld());
  };
  return { ledger, join };
};

/** The line of the node to the others, its work seen as spans where that is configured. */
const openLink = async (config: HubConfig, { node, linked }: NodeStart, hubDir: string, metrics: NodeMetrics) => {
  const tracing = await openTracing(node, config);
  const bare = await openBroker(config, node, hubDir, (topic) => metrics.rebuilt(topic));
  const broker = new BrokerLink(tracing?.around(bare) ?? bare, linked);
  const closeBroker = async (): Promise<void> => {
    await broker.close();
    await tracing?.close();
  };
  return { broker, tracing, closeBroker };
};

/** Shows the witnessed heads of the log on their topic, until what it answers is called. */
const publishCheckpoints = (node: string, broker: Broker, { witnessing }: LedgerApp): (() => Promise<void>) => {
  const checkpoints = new CheckpointPublisher(node, broker, () => witnessing?.newest('WITNESSED'));
  return () => checkpoints.stop();
};

/** What carries records between the nodes, as the configuration has it. */
const openBroker = (
  config: HubConfig,
  node: string,
  hubDir: string,
  rebuilt: (topic: string) => void,
): Promise<Broker> =>
  config.DELTA_HUB_BROKER === 'kafka'
    ? openKafka(config, { clientId: `delta-hub.${node}`, who: `node ${node}` }, rebuilt)
    : openSqliteBroker(paths(hubDir).broker);

/** What is on its way to the brokers has so long when a node ends; then it is given up, and the next start sends it again. */
const SENT_WITHIN_MS = 5_000;

const endHandoff = (handoff: HandoffApp, broker: Broker): Promise<void> => {
  setTimeout(() => void broker.close().catch(() => undefined), SENT_WITHIN_MS).unref();
  return handoff.close();
};

/** Says on standard error that a consumer waits for a person. */
const sayStopped = (node: string) => (name: string, fault: string) =>
  void process.stderr.write(`node ${node}: ${name} has stopped: ${fault}\n`);

const othersOf = (node: string, peers: PeerUrls): ReadonlyMap<string, string> =>
  new Map(Object.entries(peers).filter(([peer]) => peer !== node));

/** Every key that signs or ever signed events of a node: what it signed stays to be verified. */
const eventKeysOf = ({ periods }: KeyHistory, node: string) =>
  Object.values(periods)
    .filter((period) => period.node === node && !isLedgerKeyId(period.kid))
    .map(({ kid, alg, publicJwk }) => ({ kid, alg, jwk: publicJwk }));
