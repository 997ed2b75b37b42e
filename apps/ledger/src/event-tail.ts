import { setTimeout as pause } from 'node:timers/promises';
import { isKeyEventType } from '@delta-hub/crypto';
import type { EventStore, RecordedEvent, Subscription } from '@delta-hub/event-store';
import { sameBytes } from '@delta-hub/ledger';
import { differenceOf } from './difference.js';
import { asLedgerFault, LedgerFault } from './ledger-fault.js';
import type { Leaf, Sequencer } from './sequencer.js';
import { type SignaturePool, VERIFIED_HERE } from './signature-pool.js';

/** Most events in one group. */
export const MOST_IN_A_GROUP = 1024;
const LONGEST_PAUSE_MS = 5000;

/** The last event that is known to be in the log: what follows is read from here. */
export type Anchor = Pick<RecordedEvent, 'id' | 'position' | 'data'>;

interface TailDeps {
  readonly events: EventStore;
  readonly sequencer: Sequencer;
  readonly signatures: SignaturePool;
  /** Learns the keys that the event store has now. */
  readonly learn: () => Promise<void>;
  /** Called after every group, with the store position up to which all events are in the log. */
  readonly advanced: (position: bigint) => void;
  /** Called once, when the tail has stopped for good. */
  readonly failed: (fault: LedgerFault) => void;
  readonly traced?: BeginGroup;
}

/** Begins the span of a group of events on its way into the log: from their reading until they are under a signed head. */
export type BeginGroup = (events: readonly RecordedEvent[]) => GroupSpan;

/** What is told of a group at its end; neither, when the tail was stopped before. */
export interface GroupSpan {
  sequenced(size: number): void;
  failed(code: string): void;
}

/** Events that were read, and their leaves as soon as they are verified. */
interface Group {
  readonly last: RecordedEvent;
  readonly isLarge: boolean;
  readonly leaves: Promise<readonly Leaf[]>;
  readonly span: GroupSpan | undefined;
}

/**
 * Follows the event store and hands every event, in global order, to the sequencer: all there are, in groups, one group
 * as soon as the one before is on the disk; while one is written, the next is already verified. The subscription only wakes it; what it sequences it reads itself, together
 * with the last event it had, so that a store that lost its end or put another event there is noticed each time.
 */
export class EventTail {
  readonly #deps: TailDeps;
  #anchor: Anchor | undefined;
  #subscription: Subscription | undefined;
  #wake: (() => void) | undefined;
  #isNew = true;
  #running: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();

  constructor(deps: TailDeps, anchor: Anchor | undefined) {
    this.#deps = deps;
    this.#anchor = anchor;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#rouse();
    await this.#subscription?.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let wait = 50; !this.#stopped; wait = Math.min(wait * 2, LONGEST_PAUSE_MS))
      try {
        await this.#follow(() => (wait = 50));
      } catch (error) {
        // The store is away for a while and nothing was written here: the one case in which to go on by itself.
        if (codeOf(error) === 'UNAVAILABLE') await this.#pause(wait);
        else return this.#deps.failed(asTailFault(error));
      }
  }

  get #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #pause(milliseconds: number): Promise<void> {
    // Rejects only when the tail is stopped meanwhile.
    await pause(milliseconds, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  async #follow(progress: () => void): Promise<void> {
    const { events } = this.#deps;
    let ended: { readonly error: unknown } | undefined;
    const subscription = await events.subscribe(this.#anchor?.position, async () => this.#rouse());
    this.#subscription = subscription;
    subscription.finished.catch((error: unknown) => {
      ended = { error };
      this.#rouse();
    });
    let next: Promise<Group | undefined> | undefined;
    try {
      while (!this.#stopped) {
        if (next === undefined) this.#isNew = false;
        const group: Group | undefined = await (next ?? this.#groupAfter(this.#anchor));
        next = undefined;
        if (group !== undefined) {
          // The threads always have the next group before them. What goes wrong with it is heard when it is its turn.
          if (group.isLarge) await (next = this.#groupAfter(group.last)).catch(() => undefined);
          await this.#sequence(group);
          progress();
        } else if (ended !== undefined) throw ended.error;
        else await this.#change();
      }
    } finally {
      await subscription.stop();
    }
  }

  async #sequence({ leaves, last, span }: Group): Promise<void> {
    try {
      const verified = await leaves;
      if (this.#stopped) return;
      const head = this.#deps.sequencer.append(verified);
      span?.sequenced(head?.size ?? 0);
    } catch (error) {
      span?.failed(asTailFault(error).code);
      throw error;
    }
    this.#anchor = last;
    this.#deps.advanced(last.position);
  }

  /** Reads what comes after `anchor` and begins to verify it; undefined when there is nothing. */
  async #groupAfter(anchor: Anchor | undefined): Promise<Group | undefined> {
    const events = await this.#readAfter(anchor);
    const last = events.at(-1);
    if (last === undefined) return undefined;
    const span = this.#deps.traced?.(events);
    // Before the group after it is read, which its keys may have signed. The position decides, so later keys do no harm.
    if (events.some(({ type }) => isKeyEventType(type))) await this.#deps.learn();
    const leaves = this.#verified(events);
    leaves.catch(() => undefined);
    return { last, isLarge: events.length > VERIFIED_HERE, leaves, span };
  }

  async #verified(events: readonly RecordedEvent[]): Promise<readonly Leaf[]> {
    const leafHashes = await this.#deps.signatures.leafHashes(events);
    return events.map(({ id: eventId, data: leaf, stream, revision, position: storePosition }, at) => {
      return { eventId, leaf, leafHash: leafHashes[at]!, stream, revision, storePosition };
    });
  }

  /** The events after the anchor, which itself must still be there. */
  async #readAfter(anchor: Anchor | undefined): Promise<readonly RecordedEvent[]> {
    if (anchor === undefined) return this.#deps.events.readAll(undefined, MOST_IN_A_GROUP);
    const before = anchor.position > 0n ? anchor.position - 1n : undefined;
    const [found, ...events] = await this.#deps.events.readAll(before, MOST_IN_A_GROUP + 1);
    assertSame(anchor, found);
    return events;
  }

  async #change(): Promise<void> {
    if (this.#isNew || this.#stopped) return;
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  #rouse(): void {
    this.#isNew = true;
    this.#wake?.();
  }
}

/** @throws LedgerFault `SUBSTRATE_DIVERGENCE` when the event store no longer has this event, byte for byte, in its place */
export const assertSame = (expected: Anchor, found: RecordedEvent | undefined): void => {
  const isSame = found?.position === expected.position && found.id === expected.id;
  if (isSame && sameBytes(found.data, expected.data)) return;
  throw new LedgerFault('SUBSTRATE_DIVERGENCE', `the event store no longer has event ${expected.id} as sequenced`, {
    eventId: expected.id,
    expected: `event ${expected.id} at position ${expected.position}`,
    found: placeOf(found, isSame && differenceOf(expected.data, found.data)),
  });
};

const placeOf = (found: RecordedEvent | undefined, difference: string | false): string => {
  if (found === undefined) return 'nothing';
  return difference === false ? `event ${found.id} at position ${found.position}` : difference;
};

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

/** An event store that ends before what was sequenced from it has lost events. */
const asTailFault = (error: unknown): LedgerFault =>
  codeOf(error) === 'POSITION_BEYOND_END' || codeOf(error) === 'SUBSTRATE_TAMPERED'
    ? new LedgerFault('SUBSTRATE_DIVERGENCE', error instanceof Error ? error.message : String(error), undefined, {
        cause: error,
      })
    : asLedgerFault(error);
