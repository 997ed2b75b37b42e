import { type Append, firstRevision } from '../append-rules.js';
import type { RecordedEvent } from '../event-store.js';

/** One append on its way to the server, and what was read back of it. */
export class AppendUnderway {
  readonly #shown = new Map<string, RecordedEvent>();
  /** Made when somebody waits for it, which is seldom: mostly the server itself has answered. */
  #whole: PromiseWithResolvers<ReadonlyMap<string, RecordedEvent>> | undefined;
  #fault: { readonly error: unknown } | undefined;
  /** Whether one of its ids may be another append's too: then only what is read back can tell whose it is. */
  isContested = false;

  /** `isNew`: the store had none of its ids when it began. */
  constructor(
    readonly append: Append,
    readonly isNew: boolean,
  ) {}

  /** All its events, by id, as they were read back; undefined while one is missing. */
  get shown(): ReadonlyMap<string, RecordedEvent> | undefined {
    return this.#shown.size === this.append.events.length ? this.#shown : undefined;
  }

  /** The same as soon as it is there. */
  get whole(): Promise<ReadonlyMap<string, RecordedEvent>> {
    this.#whole ??= Promise.withResolvers();
    this.#settle();
    return this.#whole.promise;
  }

  get isShown(): boolean {
    return this.#shown.size > 0;
  }

  /** Whether the store can have this event of it only once: it was looked for when the append began, and was not shown since. */
  isFirst(id: string): boolean {
    return this.isNew && !this.#shown.has(id);
  }

  show(event: RecordedEvent): void {
    this.#shown.set(event.id, event);
    this.#settle();
  }

  fail(error: unknown): void {
    this.#fault ??= { error };
    this.#settle();
  }

  #settle(): void {
    if (this.shown !== undefined) this.#whole?.resolve(this.shown);
    else if (this.#fault !== undefined) this.#whole?.reject(this.#fault.error);
  }

  /** The revision its last event gets. */
  get lastRevision(): bigint {
    return firstRevision(this.append.expected) + BigInt(this.append.events.length - 1);
  }
}

/** The appends on their way, by the ids of their events; and ids whose append was never answered. */
export class AppendsUnderway {
  readonly #byId = new Map<string, readonly AppendUnderway[]>();
  readonly #unanswered = new Set<string>();

  /** See `AppendUnderway` for `isNew`. */
  begin(append: Append, isNew: boolean): AppendUnderway {
    const begun = new AppendUnderway(append, isNew);
    for (const { id } of append.events) {
      const others = this.#byId.get(id) ?? [];
      for (const each of others) each.isContested = true;
      begun.isContested ||= others.length > 0 || this.#unanswered.has(id);
      this.#byId.set(id, [...others, begun]);
    }
    return begun;
  }

  end(ended: AppendUnderway, isAnswered: boolean): void {
    for (const { id } of ended.append.events) {
      const others = (this.#byId.get(id) ?? []).filter((each) => each !== ended);
      if (others.length === 0) this.#byId.delete(id);
      else this.#byId.set(id, others);
      if (!isAnswered) this.#unanswered.add(id);
    }
  }

  /** See `AppendUnderway.isFirst`. */
  isFirst(id: string): boolean {
    return this.#byId.get(id)?.some((each) => each.isFirst(id)) === true;
  }

  show(event: RecordedEvent): void {
    this.#unanswered.delete(event.id);
    for (const each of this.#byId.get(event.id) ?? []) each.show(event);
  }

  failAll(fault: unknown): void {
    for (const those of this.#byId.values()) for (const each of those) each.fail(fault);
  }
}
