import type { Fleet, FleetOptions } from './fleet.js';
import { paths } from './data-dir.js';
import { type RunningNode, startNode } from './node.js';
import { NODES, type NodeId } from './nodes.js';

/** The four nodes in this very process: up in a moment, for scenarios one after another. Nothing starts them again. */
export const startInOneProcess = async ({ dataDir, host, environment }: FleetOptions): Promise<Fleet> => {
  const running = new Map<NodeId, RunningNode>();
  const cut = new Set<NodeId>();
  const stop = async (): Promise<void> => {
    for (const node of running.values()) await node.close();
    running.clear();
  };
  try {
    for (const { id } of NODES)
      running.set(
        id,
        await startNode({
          node: id,
          dataDir: paths(dataDir).node(id),
          host,
          port: 0,
          linked: true,
          peers: {},
          environment,
        }),
      );
    const urls = Object.fromEntries([...running].map(([id, { url }]) => [id, url]));
    for (const node of running.values()) node.meet(urls);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: (node) => running.get(node)?.url ?? '',
    drive: async (instant) => {
      for (const { clock } of running.values()) clock.drive(instant);
    },
    release: async () => {
      for (const { clock } of running.values()) clock.release();
    },
    link: async (nodes, up) => {
      for (const node of nodes) {
        if (up) cut.delete(node);
        else cut.add(node);
        running.get(node)?.link(up);
      }
    },
    isLinked: (node) => !cut.has(node),
    pids: () => ({ '31': process.pid, '32': process.pid, '33': process.pid, '34': process.pid }),
    failed: new Promise<never>(() => undefined),
    stop,
  };
};
