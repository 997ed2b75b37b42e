import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { parseTrustList } from '@delta-hub/crypto';
import { type HubConfig, loadConfig } from './config.js';
import { initialise, makeLoneNode, nodePaths, paths, readJson, writeJson } from './data-dir.js';
import { endNode } from './end-node.js';
import { HubFault } from './faults.js';
import { lockDirectory } from './lock.js';
import type { PeerUrls } from './messages.js';
import { isNodeId, NODES, type NodeId } from './nodes.js';
import { say } from './say.js';

const nodeOf = (text: string): NodeId => {
  if (!isNodeId(text)) throw new HubFault('USAGE', `--node: ${text} is not one of 31, 32, 33, 34`);
  return text;
};

/**
 * `delta-hub init`: the directory of one node with fresh keys, or of all four for a trial on one machine. What is there
 * already stays. Of one node, `public.json` is what the other parties need of it.
 */
export const init = (options: { readonly data: string; readonly node?: string; readonly json: boolean }): void => {
  if (options.node === undefined) {
    alone(options.data, () => initialise(options.data, new Date().toISOString()));
    return say(options.json, { data: options.data }, `${options.data} holds the four nodes`);
  }
  const node = nodeOf(options.node);
  alone(options.data, () => makeLoneNode(options.data, node, new Date().toISOString()));
  const { publicFile } = nodePaths(paths(options.data).node(node));
  if (!existsSync(publicFile))
    throw new HubFault(
      'USAGE',
      `--node: ${options.data} holds all four nodes of a trial, which trust each other already`,
    );
  say(options.json, { node, public: publicFile }, `node ${node}: give ${publicFile} to the other parties`);
};

/** Two that make the same directory would make one of both, in which nobody has the keys that the others trust. */
const alone = (data: string, work: () => void): void => {
  mkdirSync(data, { recursive: true });
  const lock = lockDirectory(paths(data).lock, 10_000);
  try {
    work();
  } finally {
    lock.release();
  }
};

/**
 * `delta-hub trust`: writes the trust list of a node from the `public.json` of every party, its own among them. It is the
 * root of all trust and set once: later keys come by facts.
 */
export const trust = (
  files: readonly string[],
  options: { readonly data: string; readonly node: string; readonly replace: boolean; readonly json: boolean },
): void => {
  const node = nodeOf(options.node);
  const own = nodePaths(paths(options.data).node(node));
  if (existsSync(own.trust) && !options.replace)
    throw new HubFault('USAGE', `${own.trust} is there already; --replace writes it anew`);
  const list = { nodes: [readJson(own.publicFile), ...files.map(readJson)] };
  const { nodes } = parseTrustList(list);
  const missing = NODES.filter(({ id }) => !nodes.some((one) => one.node === id)).map(({ id }) => id);
  if (missing.length > 0) throw new HubFault('USAGE', `public.json of ${missing.join(', ')} is missing`);
  const bare = nodes.find(({ encryptionKeys }) => encryptionKeys.length === 0);
  if (bare !== undefined) throw new HubFault('USAGE', `public.json of ${bare.node} has no encryption key`);
  writeJson(own.trust, list);
  say(options.json, { node, trusts: nodes.map((one) => one.node) }, `node ${node} trusts the keys of all four nodes`);
};

/** `delta-hub node`: one node until it is told to stop (Ctrl-C, SIGTERM); exits 1 when it cannot begin. */
export const runNode = async (options: {
  readonly data: string;
  readonly node: string;
  readonly port: number;
}): Promise<void> => {
  const config = loadConfig();
  const node = nodeOf(options.node);
  const { startNode } = await import('./node.js');
  const running = await startNode({
    node,
    dataDir: paths(options.data).node(node),
    host: config.DELTA_HUB_HOST,
    port: options.port,
    linked: true,
    peers: peersOf(config, node),
    environment: config.DELTA_HUB_ENV,
  });
  process.stdout.write(`node ${node} serves ${running.url}/graphql\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  process.stdout.write('stopping\n');
  await endNode(node, () => running.close());
};

const peersOf = ({ DELTA_HUB_PEERS: given = {} }: HubConfig, node: NodeId): PeerUrls => {
  const unknown = Object.keys(given).find((peer) => !isNodeId(peer) || peer === node);
  if (unknown !== undefined) throw new HubFault('CONFIG_INVALID', `DELTA_HUB_PEERS: ${unknown} is no other node`);
  return given;
};
