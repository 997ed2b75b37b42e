import type { IncomingRecord } from '@delta-hub/broker';
import { isKeyEventType } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { CAUSE_UNKNOWN } from './causes.js';
import type { Clock } from './clock.js';
import type { HeldRecord, HeldRecords } from './held-records.js';
import { type Addition, idElsewhere, inspect, type InboundContext, type Verdict } from './inbound.checks.js';
import { type Positions, saveStorePosition, storePosition } from './positions.js';
import type { Refuser } from './refuser.js';
import type { StoredKeys } from './stored-keys.js';
import type { StoreFeed } from './store-feed.js';
import { StoreSubscriber } from './subscriber.js';

/**
 * How long a record may wait for what it rests on before it is refused after all. A region that was cut off for two days
 * (domain, G9) comes back well within it.
 */
const LONGEST_WAIT_MS = 7 * 24 * 3_600_000;

interface Parts {
  readonly store: EventStore;
  readonly context: InboundContext;
  readonly keys: Pick<StoredKeys, 'changed'>;
  readonly refuser: Refuser;
  readonly held: HeldRecords;
  readonly clock: Clock;
  /** Whether everything is here that the peers have sent, as far as they are heard. */
  readonly isAllHere: () => boolean;
  /** Whether nothing of a topic may be accepted now, because the log of its node has forked. */
  readonly isFrozen?: (topic: string) => boolean;
}

/** Brings every record of a peer to its end: stored as the very bytes that came, known already, refused, or held until it can be judged. */
export class InboundRecords {
  private retrying: Promise<void> = Promise.resolve();

  constructor(private readonly parts: Parts) {}

  /** Taking a record twice changes nothing. */
  async take(record: IncomingRecord): Promise<void> {
    // What waits keeps everything of its case behind it, in order.
    const wait = this.parts.held.waits(record)
      ? 'an earlier record of the case waits'
      : await this.judge(record, (verdict) => verdict);
    if (wait !== undefined) await this.hold(record, wait);
  }

  /** Judges again all that waits: something new is here that it may have waited for. One round at a time. */
  retry(): Promise<void> {
    if (this.parts.held.count() === 0) return this.retrying;
    const round = this.retrying.then(() => this.judgeHeld());
    this.retrying = round.catch(() => undefined); // who asked for the round hears of its fault
    return round;
  }

  /** Refuses what has waited too long also where no new fact comes, with which it would be judged again. */
  async refuseOverdue(): Promise<void> {
    if (this.parts.held.all().some((one) => this.hasWaitedTooLong(one))) await this.retry();
  }

  private hasWaitedTooLong({ since }: HeldRecord): boolean {
    return Date.parse(this.parts.clock.now()) - Date.parse(since) > LONGEST_WAIT_MS;
  }

  private async hold(record: IncomingRecord, reason: string): Promise<void> {
    this.parts.held.put(record, this.parts.clock.now(), reason);
    // What it waits for may have come since it was judged.
    await this.retry();
  }

  private async judgeHeld(): Promise<void> {
    while (await this.judgeEach());
  }

  /** Whether something was taken that what stands before it in its case may have waited for. */
  private async judgeEach(): Promise<boolean> {
    const { held } = this.parts;
    const waiting = new Set<string>();
    const overtaken = new Set<string>();
    let isNew = false;
    for (const one of held.all()) {
      const place = `${one.record.topic} ${one.record.key}`;
      if (waiting.has(place)) continue;
      const wait = await this.judge(one.record, (verdict) => this.bounded(verdict, one));
      // What was done before it may stand behind it, when it was lost and sent again.
      if (wait !== undefined) (wait === CAUSE_UNKNOWN ? overtaken : waiting).add(place);
      else {
        held.remove(one.record);
        isNew ||= overtaken.has(place);
      }
    }
    return isNew;
  }

  /** What has waited too long is refused for what it waited for, unless that may have been lost and come again. */
  private bounded(verdict: Verdict, held: HeldRecord): Verdict {
    const isOver = verdict.verdict === 'hold' && this.hasWaitedTooLong(held) && this.parts.isAllHere();
    return isOver ? { ...verdict, verdict: 'refuse' } : verdict;
  }

  /** Does with a record what its verdict says; the reason when it has to wait. */
  private async judge(record: IncomingRecord, amend: (verdict: Verdict) => Verdict): Promise<string | undefined> {
    const { refuser, context, keys, isFrozen } = this.parts;
    // Not judged at all, so nothing is refused or lost, however long it takes to settle.
    if (isFrozen?.(record.topic) === true) return 'LOG_FORKED: the log of its node signed two histories';
    const verdict = amend(await inspect(record, context));
    if (verdict.verdict === 'hold') return verdict.detail;
    if (verdict.verdict === 'refuse') await refuser.refuse(record, verdict);
    // What was refused stays refused, also when the case has moved on since.
    if (verdict.verdict !== 'accept' || (await refuser.hasRefused(record))) return undefined;
    const { event, first } = verdict;
    try {
      const isWhole = (first === undefined || (await this.add(first))) && (await this.add(verdict));
      if (isKeyEventType(event.type)) await keys.changed();
      // Somebody else wrote to the case meanwhile: judge the record again against what is there now.
      return isWhole ? undefined : await this.judge(record, amend);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ID_REUSED') throw error;
      await refuser.refuse(record, idElsewhere(event));
      return undefined;
    }
  }

  /** Whether it is stored: not when somebody else wrote there meanwhile. */
  private async add({ event, jws, expected }: Addition): Promise<boolean> {
    const append = { id: event.id, type: event.type, data: Buffer.from(jws, 'ascii') };
    return (await this.parts.store.append(event.subject, expected, [append])).outcome === 'appended';
  }
}

const NAME = 'retries';

/** Judges what waits again after facts that are new to this node. */
export const createRetries = (deps: {
  readonly feed: StoreFeed;
  readonly positions: Positions;
  readonly records: InboundRecords;
}): StoreSubscriber =>
  new StoreSubscriber({
    name: NAME,
    feed: deps.feed,
    load: () => storePosition(deps.positions, NAME),
    handle: async (events) => {
      await deps.records.retry();
      saveStorePosition(deps.positions, NAME, events);
    },
  });
