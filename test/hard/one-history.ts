import { hash } from 'node:crypto';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import { verifyLedger } from '@delta-hub/ledger-app';
import { rootOfLeaves, treeHasher } from '@delta-hub/ledger';
import type { Acknowledged, HurtNode } from './hurt-node.js';

const tree = treeHasher((bytes) => hash('sha256', bytes, 'buffer'));

/**
 * What is wrong with a log after all that has happened to it; empty when nothing is: every byte verifies, the log holds
 * every event of the store once and in its order, and every head that was ever told is a beginning of it.
 * `unfinished`: how many events at the end may not be signed yet, because nobody has started the ledger since.
 */
export const wrongWith = async (
  node: HurtNode,
  told: readonly Acknowledged[],
  unfinished = 0,
): Promise<readonly string[]> => {
  const eventStore = await openSqliteEventStore(node.file('events.db'));
  try {
    const report = await verifyLedger({ directory: node.directory, eventStore }, node.trust);
    if (!report.ok) return [`the log does not verify: ${JSON.stringify(report.fault)}`];
    const events = await eventStore.readAll(undefined, 1_000_000);
    const faults =
      report.size + unfinished >= events.length
        ? []
        : [`${report.size} entries are signed, ${events.length} events are stored`];
    const places = new Map(events.map(({ id }, index) => [id, index]));
    if (places.size !== events.length) faults.push('an event is stored twice');
    const leaves = events.map(({ data }) => tree.leaf(data));
    for (const { acknowledged, size, root } of told) {
      const place = places.get(acknowledged);
      if (place === undefined) faults.push(`${acknowledged} was acknowledged and is lost`);
      else if (place >= size) faults.push(`${acknowledged} is at ${place}, outside the head of ${size} it was told`);
      if (Buffer.from(rootOfLeaves(tree, leaves.slice(0, size))).toString('base64') !== root)
        faults.push(`the head of ${size} that was told is no beginning of the log`);
    }
    return faults;
  } finally {
    await eventStore.close();
  }
};
