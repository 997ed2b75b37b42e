import { forgetPositions, readersOf, senders } from '@delta-hub/handoff-app';
import { existsSync } from 'node:fs';
import { nodePaths, paths } from './data-dir.js';
import { HubFault } from './faults.js';
import { lockDirectory } from './lock.js';
import { isNodeId } from './nodes.js';
import { say } from './say.js';

interface Options {
  readonly data: string;
  readonly node: string;
  readonly json: boolean;
}

/**
 * `delta-hub topics reread`: a stopped node forgets where it is in the topics of a peer, and reads what is there from the
 * beginning when it starts. What it has already changes nothing. @throws HubFault `USAGE`, `DATA_DIR_INVALID`, `DATA_DIR_IN_USE`
 */
export const topicsReread = (options: Options & { readonly peer: string }): void => {
  const { peer, node, json } = options;
  if (!isNodeId(peer) || peer === node) throw new HubFault('USAGE', `--peer: ${peer} is no other node`);
  forget(options, readersOf(peer));
  say(json, { node, rereads: peer }, `node ${node} reads the topics of ${peer} from their beginning when it starts`);
};

/**
 * `delta-hub topics resend`: a stopped node forgets what it has sent, and sends everything of its own again when it starts.
 * Receivers take each fact once. @throws HubFault `USAGE`, `DATA_DIR_INVALID`, `DATA_DIR_IN_USE`
 */
export const topicsResend = (options: Options): void => {
  forget(options, senders);
  say(
    options.json,
    { node: options.node, resends: true },
    `node ${options.node} sends everything again when it starts`,
  );
};

const forget = ({ data, node }: Options, names: readonly string[]): void => {
  if (!isNodeId(node)) throw new HubFault('USAGE', `--node: ${node} is not one of 31, 32, 33, 34`);
  const files = nodePaths(paths(data).node(node));
  if (!existsSync(files.identity)) throw new HubFault('DATA_DIR_INVALID', `${data} has no directory of node ${node}`);
  const lock = lockDirectory(files.lock, 5000);
  try {
    forgetPositions(files.positions, names);
  } finally {
    lock.release();
  }
};
