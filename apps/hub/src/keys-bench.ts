import {
  AFTER_ALL,
  type KeyHistory,
  keyStreamOf,
  type KeyUse,
  signerFromJwk,
  signingKeyOf,
  type TrustList,
} from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { type KeyAct, readKeys, signKeyEvent } from '@delta-hub/handoff-app';
import { existsSync } from 'node:fs';
import { nodePaths, openNode, paths, readJson } from './data-dir.js';
import { HubFault } from './faults.js';
import { readPrivateKey } from './keys-files.js';
import { lockDirectory } from './lock.js';
import { openNodeStore } from './node-store.js';
import { isNodeId, NODES, type NodeId } from './nodes.js';

export interface KeyOptions {
  readonly data: string;
  readonly node: string;
  readonly json: boolean;
}

/** What a key says of keys. */
export interface SignedAct extends KeyAct {
  /** Of the key that signs it. */
  readonly kid: string;
}

/** A stopped node's keys: nobody else writes while the lock of its directory is held. */
export interface Bench {
  readonly node: NodeId;
  readonly dir: string;
  readonly now: string;
  readonly trust: TrustList;
  readonly keys: KeyHistory;
  readonly store: Pick<EventStore, 'read'>;
  /** Appends, in one append, to the node's key stream. */
  readonly append: (acts: readonly SignedAct[]) => Promise<void>;
}

/** @throws HubFault `USAGE`, `DATA_DIR_INVALID`, `DATA_DIR_IN_USE` while the node runs */
export const withKeys = async <T>({ data, node }: KeyOptions, work: (bench: Bench) => Promise<T>): Promise<T> => {
  if (!isNodeId(node)) throw new HubFault('USAGE', `--node: ${node} is not one of 31, 32, 33, 34`);
  const dir = paths(data).node(node);
  const files = nodePaths(dir);
  if (!existsSync(files.identity)) throw new HubFault('DATA_DIR_INVALID', `${dir} is not the directory of a node`);
  const lock = lockDirectory(files.lock, 5000);
  try {
    const { trust } = openNode(dir, node);
    const now = nowOf(data);
    const { store } = await openNodeStore(dir, node, () => now);
    try {
      const keys = await readKeys(store, trust, node);
      const append = async (acts: readonly SignedAct[]): Promise<void> => {
        const signed = acts.map((act) => {
          const signer = signerFromJwk(readPrivateKey(dir, act.kid), act.kid);
          return signKeyEvent(act, { node, signer, now, recipients: NODES.map(({ id }) => id) });
        });
        const stream = keyStreamOf(node);
        const last = (await store.read(stream)).at(-1)?.revision ?? 'no-stream';
        const result = await store.append(stream, last, signed);
        if (result.outcome === 'conflict') throw new HubFault('DATA_DIR_IN_USE', `${stream} was written to meanwhile`);
      };
      return await work({ node, dir, now, trust, keys, store, append });
    } finally {
      await store.close();
    }
  } finally {
    lock.release();
  }
};

/** The instant at which the nodes' clocks stand when they are driven; the wall clock otherwise. */
const nowOf = (data: string): string => {
  const file = paths(data).clock;
  const { driven } = existsSync(file) ? (readJson(file) as { driven?: string }) : {};
  return driven ?? new Date().toISOString();
};

/** The key of a node that signs now. @throws HubFault `KEY_MISSING` when it has none left */
export const newestKey = (keys: KeyHistory, node: string, now: string, use: KeyUse = 'event'): string => {
  const key = signingKeyOf(keys, node, AFTER_ALL, now, use);
  if (key !== undefined) return key.kid;
  throw new HubFault('KEY_MISSING', `node ${node} has no valid ${use} key left to sign with; see docs/operations.md`);
};
