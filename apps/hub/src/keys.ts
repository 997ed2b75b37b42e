import {
  generateKeyPair,
  isLedgerKeyId,
  type KeyHistory,
  keyStreamOf,
  nodeOfKeyId,
  provePossession,
  type RevocationReason,
  signerFromJwk,
  signingKeyOf,
} from '@delta-hub/crypto';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import { readKeys, signKeyEvent, type KeyAct } from '@delta-hub/handoff-app';
import { existsSync } from 'node:fs';
import { nodePaths, openNode, paths, readJson } from './data-dir.js';
import { HubFault } from './faults.js';
import { readEventKey, writeEventKey } from './keys-files.js';
import { lockDirectory } from './lock.js';
import { isNodeId, NODES, type NodeId } from './nodes.js';

interface Options {
  readonly data: string;
  readonly node: string;
  readonly json: boolean;
}

/** A stopped node's keys: nobody else writes while the lock of its directory is held. */
interface Bench {
  readonly node: NodeId;
  readonly dir: string;
  readonly now: string;
  readonly keys: KeyHistory;
  /** Signs with the newest key that is valid and appends, in one append, to the node's key stream. */
  append(acts: readonly (KeyAct & { readonly kid: string })[]): Promise<void>;
}

/** What comes later than everything that is stored. */
const NEXT = Number.MAX_SAFE_INTEGER;

const withKeys = async <T>({ data, node }: Options, work: (bench: Bench) => Promise<T>): Promise<T> => {
  if (!isNodeId(node)) throw new HubFault('USAGE', `--node: ${node} is not one of 31, 32, 33, 34`);
  const dir = paths(data).node(node);
  const files = nodePaths(dir);
  if (!existsSync(files.identity)) throw new HubFault('DATA_DIR_INVALID', `${dir} is not the directory of a node`);
  const lock = lockDirectory(files.lock, 1000);
  try {
    const { trust } = openNode(dir, node);
    const now = nowOf(data);
    const store = await openSqliteEventStore(files.events, { now: () => now });
    try {
      const keys = await readKeys(store, trust, node);
      const append = async (acts: readonly (KeyAct & { readonly kid: string })[]): Promise<void> => {
        const signed = acts.map((act) => {
          const signer = signerFromJwk(readEventKey(dir, act.kid), act.kid);
          return signKeyEvent(act, { node, signer, now, recipients: NODES.map(({ id }) => id) });
        });
        const stream = keyStreamOf(node);
        const last = (await store.read(stream)).at(-1)?.revision ?? 'no-stream';
        const result = await store.append(stream, last, signed);
        if (result.outcome === 'conflict') throw new HubFault('DATA_DIR_IN_USE', `${stream} was written to meanwhile`);
      };
      return await work({ node, dir, now, keys, append });
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

const say = (json: boolean, value: object, line: string): void =>
  void process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${line}\n`);

const signerIn = ({ keys, node, now }: Bench): string => {
  const key = signingKeyOf(keys, node, NEXT, now);
  if (key === undefined)
    throw new HubFault(
      'KEY_MISSING',
      `node ${node} has no valid key left: two other nodes must revoke, see operations`,
    );
  return key.kid;
};

/** `delta-hub keys list`: every key of every node that this node knows, with the time in which it is valid. */
export const keysList = (options: Options): Promise<void> =>
  withKeys(options, ({ keys }) => {
    const all = Object.values(keys.periods);
    const lines = all.map(({ kid, validFrom, revoked }) => {
      return `${kid}\tfrom ${validFrom}${revoked === undefined ? '' : `\t${revoked.reason} at ${revoked.time}`}`;
    });
    say(options.json, { keys: all }, lines.join('\n'));
    return Promise.resolve();
  });

/** `delta-hub keys rotate`: a new event key, introduced by the present one, which it then supersedes. */
export const keysRotate = (options: Options): Promise<void> =>
  withKeys(options, async (bench) => {
    const { node, dir, now, keys } = bench;
    const old = signerIn(bench);
    const numbers = Object.values(keys.periods)
      .filter((period) => period.node === node && !isLedgerKeyId(period.kid))
      .map(({ kid }) => Number(kid.split('/')[1]));
    let number = Math.max(...numbers) + 1;
    // A file that a rotation left which was cut off before its events were stored: never used, never used again.
    while (existsSync(`${dir}/keys/event-${number}.json`)) number += 1;
    const kid = `${node}/${number}`;
    const { privateJwk, publicJwk } = generateKeyPair();
    writeEventKey(dir, kid, privateJwk);
    const key = { kid, alg: 'EdDSA', publicJwk, validFrom: now } as const;
    const possession = provePossession(key, old, signerFromJwk(privateJwk, kid));
    await bench.append([
      { kid: old, type: 'key.introduced', data: { ...key, possession } },
      { kid, type: 'key.revoked', data: { kid: old, reason: 'superseded' } },
    ]);
    say(options.json, { introduced: kid, superseded: old }, `${kid} signs from here on; ${old} is superseded`);
  });

/** `delta-hub keys revoke`: takes a key away; a peer's is gone once two other nodes say so. */
export const keysRevoke = (
  options: Options & { readonly kid: string; readonly reason: string; readonly from?: string },
): Promise<void> =>
  withKeys(options, async (bench) => {
    const { kid, from } = options;
    const reason = options.reason as RevocationReason;
    if (!['superseded', 'compromised', 'lost'].includes(reason) || (reason === 'compromised') !== (from !== undefined))
      throw new HubFault(
        'USAGE',
        '--reason is superseded, lost or compromised; only compromised needs --from <instant>',
      );
    const period = bench.keys.periods[kid];
    if (period === undefined || nodeOfKeyId(kid) === undefined) throw new HubFault('USAGE', `--kid: no key ${kid}`);
    if (period.revoked !== undefined) throw new HubFault('USAGE', `--kid: ${kid} is revoked already`);
    const by = signerIn(bench);
    if (by === kid) throw new HubFault('USAGE', `${kid} is the key that would say so: rotate first`);
    const data = { kid, reason, ...(from === undefined ? {} : { compromisedFrom: from }) };
    await bench.append([{ kid: by, type: 'key.revoked', data }]);
    say(options.json, { revoked: kid, by }, `${kid}: ${reason}, said by ${by}`);
  });
