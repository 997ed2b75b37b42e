import { type KurrentDBClient, START } from '@kurrent/kurrentdb-client';
import { EventStoreError, type RecordedEvent } from '../event-store.js';
import { readFault, tampered, withinTime } from './client-errors.js';
import type { LastEvent } from './event-index.js';
import { positionOf, type ServerStreams } from './server-events.js';

/** Most events that are asked for at a time. */
const PAGE = 500;
/** How long what was told may wait to be read back: of many events together each costs less, here and on the server. */
const WITHIN_MS = 50;
/** Longest pause between attempts while the server is away. */
const LONGEST_PAUSE_MS = 1000;

export interface ReadbackOptions {
  readonly client: KurrentDBClient;
  readonly streams: ServerStreams;
  /** The last event that was read back earlier. */
  readonly last: LastEvent | undefined;
  /** How long to wait for a page. */
  readonly patienceMs: number;
  /** Is given every event once and in order. What it throws ends the reading. */
  readonly take: (event: RecordedEvent) => void;
  /** Whether something is still to come that the server has told of, or that somebody waits for. */
  readonly isOwed: () => boolean;
}

/**
 * Reads back what the server has stored of our streams, in order, by pages, some time after it was told and at once where
 * somebody waits. Every page begins with the last event of the one before: a server that came back with a shorter log,
 * after a failover or from a backup, would take a position beyond its end without a word.
 */
export class Readback {
  readonly #options: ReadbackOptions;
  #last: LastEvent | undefined;
  #isFollowing = true;
  #isHurried = false;
  #isStopped = false;
  #giveUp: (() => void) | undefined;
  #pauseMs = WITHIN_MS;
  #wake: (() => void) | undefined;
  #isIdle = false;
  /** Of the page that is read now; one that was given up takes nothing any more. */
  #page = 0;

  constructor(options: ReadbackOptions) {
    this.#options = options;
    this.#last = options.last;
  }

  /** Whether the server gave the last page that was asked for. */
  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  /** Reads up to the end. @throws EventStoreError `UNAVAILABLE`, `SUBSTRATE_TAMPERED`, `FOREIGN_STORE`, and what `take` throws */
  async catchUp(): Promise<void> {
    while (!this.#isStopped && (await this.#readPage())) continue;
  }

  /** Keeps up until it is stopped. Rejects with what cannot be, never because the server is away. */
  async run(): Promise<void> {
    while (!this.#isStopped) {
      const isDue = this.#isHurried || this.#options.isOwed() || !this.#isFollowing;
      if (!this.#isHurried) await this.#rest(isDue ? this.#pauseMs : undefined);
      if (isDue && !this.#isStopped) await this.#read();
    }
  }

  /** Something was told: it is read back before long. */
  expect(): void {
    if (this.#isIdle) this.#wake?.();
  }

  /** Somebody waits: the next page is read now. */
  hurry(): void {
    this.#isHurried = true;
    this.#wake?.();
  }

  stop(): void {
    this.#isStopped = true;
    this.#page++;
    this.#giveUp?.();
    this.#wake?.();
  }

  /** Until it is woken, or at most so long. */
  async #rest(ms: number | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
    this.#wake = resolve;
    this.#isIdle = ms === undefined;
    await promise;
    this.#isIdle = false;
    this.#wake = undefined;
    clearTimeout(timer);
  }

  async #read(): Promise<void> {
    this.#isHurried = false;
    try {
      await this.catchUp();
      this.#isFollowing = true;
      this.#pauseMs = WITHIN_MS;
    } catch (error) {
      if (!(error instanceof EventStoreError) || error.code !== 'UNAVAILABLE') throw error;
      this.#isFollowing = false;
      this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    }
  }

  /** Says whether there may be more. */
  #readPage(): Promise<boolean> {
    const givenUp = Promise.withResolvers<false>();
    this.#giveUp = () => givenUp.resolve(false);
    const page = Promise.race([this.#takePage(++this.#page), givenUp.promise]);
    return withinTime(page, this.#options.patienceMs, 'UNAVAILABLE');
  }

  async #takePage(page: number): Promise<boolean> {
    const { client, streams } = this.#options;
    const before = this.#last;
    const fromPosition = before === undefined ? START : positionOf(before.position);
    const events = client.readAll({ ...streams.ours, fromPosition, maxCount: PAGE });
    let count = 0;
    try {
      for (;;) {
        const next = await events.next().catch((error: unknown) => Promise.reject(readFault(error)));
        if (page !== this.#page) return false;
        if (next.done === true) break;
        if (next.value.event === undefined) continue;
        const event = streams.recorded(next.value.event);
        count++;
        if (count > 1 || before === undefined) this.#take(event);
        else if (event.id !== before.id) throw wentBack(before);
      }
    } finally {
      void events.return?.().catch(() => undefined);
    }
    if (count === 0 && before !== undefined) throw wentBack(before);
    return count === PAGE;
  }

  #take(event: RecordedEvent): void {
    if (this.#last !== undefined && event.position <= this.#last.position)
      throw tampered(`position ${event.position} follows ${this.#last.position}`);
    this.#options.take(event);
    this.#last = { position: event.position, id: event.id };
  }
}

const wentBack = ({ id, position }: LastEvent): EventStoreError =>
  tampered(`event ${id} is not at position ${position}, where this node has seen it`);
