import type { KurrentDBClient } from '@kurrent/kurrentdb-client';
import { START } from '@kurrent/kurrentdb-client';
import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedEvent } from '../event-store.js';
import { readFault, tampered, withinTime } from './client-errors.js';
import { positionOf, type ServerStreams } from './server-events.js';

/** Back-off between attempts: the client answers at once when nobody listens. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1000;

/** Is given every event once and in order; the next when this has resolved. What it throws ends the following. */
export type Follower = (event: RecordedEvent) => Promise<void> | void;

export interface FeedOptions {
  readonly client: KurrentDBClient;
  readonly streams: ServerStreams;
  /** How long to wait for an answer. */
  readonly patienceMs: number;
  readonly after: bigint | undefined;
  readonly follower: Follower;
}

/**
 * Follows our streams on the server, from behind a position, until it is stopped. A subscription of the client never
 * comes back by itself, and a server may drop one that is slow: this one goes on behind the last event that was taken.
 */
export class Feed {
  /** Rejects with what ended it: the follower's own error, or `SUBSTRATE_TAMPERED`, `FOREIGN_STORE`; resolves after `stop`. */
  readonly finished: Promise<void>;
  readonly #options: FeedOptions;
  readonly #stop = new AbortController();
  #after: bigint | undefined;
  /** The event at `after`, once one was taken. */
  #lastId: string | undefined;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#after = options.after;
    this.finished = this.#run();
    this.finished.catch(() => undefined); // Whoever cares listens for himself.
  }

  /** Ends it after the event in hand. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.finished.catch(() => undefined);
  }

  async #run(): Promise<void> {
    for (let isAgain = false; !this.#stop.signal.aborted; isAgain = true) {
      const ended = !isAgain || (await this.#isInPlace()) ? await this.#follow() : undefined;
      if (ended !== undefined) throw ended.error;
      await delay(this.#pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    }
  }

  /**
   * Whether the last event that was taken is where it was; false while the server does not say. One that came back with a
   * shorter log, after a failover or from a backup, takes a position beyond its end without a word and lets a subscriber
   * wait for ever. @throws EventStoreError `SUBSTRATE_TAMPERED`
   */
  async #isInPlace(): Promise<boolean> {
    const after = this.#after;
    if (after === undefined) return true;
    const found = await this.#idAt(after);
    if (found === undefined || this.#stop.signal.aborted) return false;
    if (found.id === undefined || (this.#lastId !== undefined && found.id !== this.#lastId))
      throw tampered(`the server went back behind position ${after}, which it had`);
    return true;
  }

  /** The id of the event there; undefined when there is no answer, or no need for one any more. */
  async #idAt(position: bigint): Promise<{ readonly id: string | undefined } | undefined> {
    const { client, streams, patienceMs } = this.#options;
    const stopped = Promise.withResolvers<undefined>();
    const stop = (): void => stopped.resolve(undefined);
    this.#stop.signal.addEventListener('abort', stop, { once: true });
    try {
      const asked = streams.idFrom(client, position).then((id) => ({ id }));
      return await withinTime(Promise.race([asked, stopped.promise]), patienceMs, 'UNAVAILABLE');
    } catch {
      return undefined;
    } finally {
      this.#stop.signal.removeEventListener('abort', stop);
    }
  }

  /** One subscription. Undefined when it may be asked for again. */
  async #follow(): Promise<{ readonly error: unknown } | undefined> {
    const { client, streams } = this.#options;
    const subscription = client.subscribeToAll({
      fromPosition: this.#after === undefined ? START : positionOf(this.#after),
      filter: streams.filter,
    });
    subscription.on('error', () => undefined); // Told by the loop below; one that comes after it has ended is of no use.
    const end = (): void => void subscription.destroy();
    this.#stop.signal.addEventListener('abort', end, { once: true });
    try {
      for await (const { event } of subscription) {
        if (this.#stop.signal.aborted) return undefined;
        if (event === undefined) continue;
        try {
          const recorded = streams.recorded(event);
          const taking = this.#hand(recorded);
          if (taking !== undefined) await taking;
          this.#took(recorded);
        } catch (error) {
          return { error };
        }
      }
      return undefined;
    } catch (error) {
      if (this.#stop.signal.aborted) return undefined;
      const fault = readFault(error);
      return fault.code === 'UNAVAILABLE' ? undefined : { error: fault };
    } finally {
      this.#stop.signal.removeEventListener('abort', end);
      await subscription.unsubscribe().catch(() => undefined);
    }
  }

  #hand(event: RecordedEvent): Promise<void> | void {
    if (this.#after !== undefined && event.position <= this.#after)
      throw tampered(`position ${event.position} follows ${this.#after}`);
    return this.#options.follower(event);
  }

  #took({ position, id }: RecordedEvent): void {
    this.#after = position;
    this.#lastId = id;
    this.#pauseMs = FIRST_PAUSE_MS;
  }
}
