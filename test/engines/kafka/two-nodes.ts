/** Two whole nodes, each in a process of its own, over a real Kafka: what the hub is made of, without its front. */
import { generateKeyPair, trustedNode } from '@delta-hub/crypto';
import type { EventStore, RecordedEvent } from '@delta-hub/event-store';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import type { SubscriberState } from '@delta-hub/handoff-app';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OFFICER = fileURLToPath(new URL('testing/officer.mjs', import.meta.url));

interface Said {
  readonly answered?: readonly string[];
  readonly subscribers?: readonly SubscriberState[];
  readonly open?: string;
  readonly closed?: string;
}

/** What both are given: where their files are, whom they trust, and the way between them. */
export interface Pair {
  readonly dir: string;
  readonly link: { readonly client: string; readonly brokers: readonly string[]; readonly clientId: string };
}

const NODES = ['31', '32'] as const;
export type Node = (typeof NODES)[number];

/** Keys of both, and the list by which each trusts the other. */
const identities = () => {
  const keys = { '31': generateKeyPair(), '32': generateKeyPair() };
  const since = '2020-07-01T00:00:00.000Z';
  const nodes = NODES.map((node) => trustedNode(node, keys[node].publicJwk, generateKeyPair().publicJwk, since));
  return { keys, trust: { nodes } };
};

/** Officers act at node 32; node 31 receives. Either may be killed and started again at any moment. */
export class TwoNodes {
  /** The facts of which an officer was told that they are stored. */
  readonly answered = new Set<string>();
  private readonly identities = identities();
  private readonly children = new Map<Node, ChildProcess>();

  constructor(private readonly pair: Pair) {}

  eventsFile(node: Node): string {
    return join(this.pair.dir, `events-${node}.db`);
  }

  readModelsFile(node: Node): string {
    return join(this.pair.dir, `read-${node}.db`);
  }

  positionsFile(node: Node): string {
    return join(this.pair.dir, `positions-${node}.db`);
  }

  /** `acts`: whether officers are at work there, which they only are at node 32. */
  async start(node: Node, acts = false): Promise<void> {
    const { keys, trust } = this.identities;
    const child = fork(OFFICER, { execArgv: ['--no-warnings'] });
    this.children.set(node, child);
    child.on('message', ({ answered = [] }: Said) => answered.forEach((id) => this.answered.add(id)));
    child.send({ ...this.pair, node, trust, acts, key: keys[node].privateJwk });
    await this.hears(node, ({ open }) => open !== undefined);
  }

  /** kill -9, where it runs. */
  async kill(node: Node): Promise<void> {
    const child = this.children.get(node);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** As after SIGTERM: what is in hand is done. */
  async close(node: Node): Promise<void> {
    const child = this.children.get(node)!;
    const exit = once(child, 'exit');
    child.send('close');
    await exit;
  }

  async subscribers(node: Node): Promise<readonly SubscriberState[]> {
    const told = this.hears(node, ({ subscribers }) => subscribers !== undefined);
    this.children.get(node)!.send('subscribers');
    return (await told).subscribers!;
  }

  /** Resolves when more facts have been answered for. */
  async acts(more: number): Promise<void> {
    const wanted = this.answered.size + more;
    while (this.answered.size < wanted) await this.hears('32', ({ answered }) => answered !== undefined);
  }

  /** Everything that a node has stored, in its order; also while it runs. */
  async stored(node: Node): Promise<readonly RecordedEvent[]> {
    return this.reading(node, (store) => store.readAll(undefined, 1_000_000));
  }

  /** Resolves when a node has stored all these facts. */
  async has(node: Node, ids: ReadonlySet<string>): Promise<void> {
    await this.reading(node, async (store) => {
      const missing = new Set(ids);
      const all = Promise.withResolvers<void>();
      const following = await store.subscribe(undefined, ({ id }) => {
        missing.delete(id);
        if (missing.size === 0) all.resolve();
        return Promise.resolve();
      });
      await Promise.race([all.promise, following.finished]);
      await following.stop();
    });
  }

  private async reading<T>(node: Node, work: (store: EventStore) => Promise<T>): Promise<T> {
    const store = await openSqliteEventStore(this.eventsFile(node));
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  /** The next thing of a kind that a node says; rejects when it ends before. */
  private async hears(node: Node, isIt: (said: Said) => boolean): Promise<Said> {
    const child = this.children.get(node)!;
    const ended = once(child, 'exit').then(([code, signal]) =>
      Promise.reject(new Error(`node ${node} ended: ${String(code ?? signal)}`)),
    );
    ended.catch(() => undefined);
    for (;;) {
      const [said] = (await Promise.race([once(child, 'message'), ended])) as [Said];
      if (isIt(said)) return said;
    }
  }
}
