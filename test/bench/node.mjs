// One whole node of the bench, and, run by `fork`, one in a process of its own.
import { openSqliteBroker } from '@delta-hub/broker/sqlite';
import { parseTrustList, signerFromJwk } from '@delta-hub/crypto';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import { NodeClock } from '@delta-hub/handoff-app';
import { createHandoffApp } from '@delta-hub/handoff-app/service';
import { once } from 'node:events';
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setImmediate } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { NODE_FLAGS } from '../../apps/hub/dist/node-flags.js';

export const NODES = ['31', '32'];
export const refuseTokens = () => Promise.reject(new Error('the bench uses no tokens'));

/** `link`: `{ client: 'sqlite' | 'kafkajs' | 'platformatic', brokers, clientId }`. */
export const openLink = async ({ client, ...kafka }, dir) => {
  if (client === 'sqlite') return openSqliteBroker(join(dir, 'broker.db'));
  if (client === 'kafkajs') return (await import('@delta-hub/broker/kafkajs')).openKafkajsBroker(kafka);
  return (await import('@delta-hub/broker/platformatic')).openPlatformaticBroker(kafka);
};

export const openNode = async (node, { dir, key, trust, broker }) => {
  const store = await openSqliteEventStore(join(dir, `events-${node}.db`));
  const handoff = await createHandoffApp({
    node,
    peers: NODES.filter((peer) => peer !== node),
    host: '127.0.0.1',
    eventStore: store,
    broker,
    signer: signerFromJwk(key, `${node}/1`),
    trust: parseTrustList(trust),
    clock: new NodeClock(),
    verifyToken: refuseTokens,
    positionsFile: join(dir, `positions-${node}.db`),
    readModelsFile: join(dir, `read-${node}.db`),
    introspection: false,
  });
  const close = async () => {
    await handoff.close();
    await store.close();
  };
  return { store, handoff, close };
};

/** Milliseconds of a clock that all processes of the machine share. */
export const sharedNow = () => Number(process.hrtime.bigint()) / 1e6;

/** Tells of every event that has been stored: its id, and when. */
export const watchStored = (store, stored) =>
  store.subscribe(undefined, async ({ id }) => stored([{ id, at: sharedNow() }]));

/** A node in a process of its own; `stored` is told of what it has stored. */
export const forkNode = async (node, { dir, key, trust, link }, stored) => {
  const child = fork(fileURLToPath(import.meta.url), { execArgv: [...NODE_FLAGS] });
  const exit = once(child, 'exit');
  const ready = Promise.withResolvers();
  child.on('message', (message) => (message === 'ready' ? ready.resolve() : stored(message)));
  child.send({ node, dir, key, trust, link });
  await Promise.race([ready.promise, exit.then(([code]) => Promise.reject(new Error(`node ${node} ended: ${code}`)))]);
  return {
    close: async () => {
      child.send('close');
      await exit;
    },
  };
};

/** What came together is told together. */
const sendTogether = () => {
  let waiting = [];
  return (more) => {
    if (waiting.length === 0)
      setImmediate(() => {
        process.send(waiting);
        waiting = [];
      });
    waiting.push(...more);
  };
};

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  const [{ node, link, ...given }] = await once(process, 'message');
  const broker = await openLink(link, given.dir);
  const opened = await openNode(node, { ...given, broker });
  const watching = await watchStored(opened.store, sendTogether());
  process.send('ready');
  await once(process, 'message');
  await watching.stop();
  await opened.close();
  await broker.close();
  process.exit(0);
}
