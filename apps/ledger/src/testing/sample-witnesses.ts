import { afterEach, beforeEach } from '@jest/globals';
import { createLedgerApp, type LedgerApp } from '../ledger-app.js';
import type { Pace } from '../witness/pace.js';
import { sampleDeps } from './sample-app.js';
import { sampleKeys, SampleNode } from './sample-node.js';

/** Time that passes only when a test says so. */
export class ManualPace implements Pace {
  #now = 0;
  readonly #works = new Set<{ readonly every: number; readonly work: () => Promise<void> }>();

  now(): number {
    return this.#now;
  }

  every(milliseconds: number, work: () => Promise<void>): { stop(): Promise<void> } {
    const one = { every: milliseconds, work };
    this.#works.add(one);
    return { stop: () => Promise.resolve(void this.#works.delete(one)) };
  }

  /** Lets a multiple of some interval pass and does what is then due, once. */
  async pass(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    for (const { every, work } of this.#works) if (every <= milliseconds) await work();
  }
}

/** One node of a test, and its running ledger. */
export interface WitnessingNode {
  readonly sample: SampleNode;
  readonly pace: ManualPace;
  app: LedgerApp;
}

/** Four nodes that witness each other over HTTP, each on its own time. */
export class FourWitnesses {
  readonly nodes = new Map<string, WitnessingNode>();

  static forEachTest(): FourWitnesses {
    const four = new FourWitnesses();
    beforeEach(async () => {
      const { trust, keys } = sampleKeys('31', '32', '33', '34');
      for (const key of keys) await four.open(key.node, new SampleNode({ trust, keys: [key] }));
      four.introduce();
    });
    afterEach(async () => {
      for (const { app, sample } of four.nodes.values()) {
        await app.close();
        sample.remove();
      }
      four.nodes.clear();
    });
    return four;
  }

  node(id: string): WitnessingNode {
    return this.nodes.get(id)!;
  }

  get urls(): ReadonlyMap<string, string> {
    return new Map([...this.nodes].map(([id, { app }]) => [id, app.url]));
  }

  /** Opens a node's ledger, or opens it again. */
  async open(id: string, sample = this.node(id).sample, peers: ReadonlyMap<string, string> = new Map()): Promise<void> {
    const pace = new ManualPace();
    const app = await createLedgerApp({
      ...sampleDeps(sample),
      witnessing: { key: sample.keys.witnessKey, pace, peers: new Map([...peers].filter(([peer]) => peer !== id)) },
    });
    this.nodes.set(id, { sample, pace, app });
  }

  /** Tells every node where the others are. */
  introduce(): void {
    for (const [id, { app }] of this.nodes)
      app.witnessing!.meet(new Map([...this.urls].filter(([peer]) => peer !== id)));
  }

  /** Appends events to a node and waits until they are in its log. */
  async append(id: string, count: number): Promise<void> {
    const { sample, app } = this.node(id);
    await sample.append(count);
    await app.sequencer.waitFor((await sample.store.head())!);
  }
}
