import { DatabaseSync } from 'node:sqlite';
import { type IncomingRecord, type Position, positionAt } from '@delta-hub/broker';
import type { RecordedEvent } from '@delta-hub/event-store';
import { prepareOnce } from './prepared.js';

/** How long a position may wait to be written; what a crash takes back is as much work done again. */
const WRITTEN_WITHIN_MS = 50;

/**
 * How far each subscriber of this node has come: `positions.db`.
 * A position is saved after the work it stands for, so a crash repeats work and never skips it; all work here is idempotent.
 * That is why saving waits for nothing: positions are written a few at a time, all in one transaction, and a power cut that
 * takes the last of them back (synchronous=NORMAL) only repeats a little more.
 */
export class Positions {
  private readonly db: DatabaseSync;
  private readonly sql;
  private readonly known: Map<string, string>;
  /** Of consumers of a topic, whose text is made when it is written: a place changes with every record. */
  private readonly places = new Map<string, readonly Position[]>();
  private readonly unwritten = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private hasFailed = false;

  constructor(path: string) {
    this.db = new DatabaseSync(path);
    this.db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;
      CREATE TABLE IF NOT EXISTS positions(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT`);
    this.sql = prepareOnce(this.db);
    const rows = this.sql('SELECT name, value FROM positions').all();
    this.known = new Map(rows.map(({ name, value }) => [String(name), String(value)]));
  }

  get(name: string): string | undefined {
    return this.known.get(name);
  }

  /** Written soon. Throws when the last attempt to write could not, and cannot now. */
  set(name: string, value: string): void {
    this.known.set(name, value);
    this.save(name);
  }

  /** The places in a topic up to which a consumer has taken everything. */
  placesOf(name: string): readonly Position[] {
    return this.places.get(name) ?? placesIn(this.known.get(name));
  }

  /** A consumer has taken a record of its topic. Written as `set` writes. */
  taken(name: string, record: IncomingRecord): void {
    const others = this.placesOf(name).filter(({ partition }) => partition !== record.partition);
    this.places.set(name, [...others, positionAt(record)]);
    this.save(name);
  }

  /** The subscriber of this name begins anew. */
  forget(name: string): void {
    this.known.delete(name);
    this.places.delete(name);
    this.save(name);
  }

  /** Writes what is not written yet. */
  close(): void {
    clearTimeout(this.timer);
    this.write();
    this.db.close();
  }

  private save(name: string): void {
    this.unwritten.add(name);
    if (this.hasFailed) this.write();
    this.timer ??= setTimeout(() => this.writeOrFail(), WRITTEN_WITHIN_MS);
  }

  private textOf(name: string): string | undefined {
    const places = this.places.get(name);
    return places === undefined ? this.known.get(name) : textOfPlaces(places);
  }

  private writeOrFail(): void {
    this.timer = undefined;
    try {
      this.write();
    } catch {
      this.hasFailed = true; // Whoever saves next is told.
    }
  }

  private write(): void {
    if (this.unwritten.size === 0) return;
    const put = this.sql('INSERT OR REPLACE INTO positions(name, value) VALUES(?, ?)');
    const forget = this.sql('DELETE FROM positions WHERE name = ?');
    this.db.exec('BEGIN IMMEDIATE');
    try {
      for (const name of this.unwritten) {
        const value = this.textOf(name);
        if (value === undefined) forget.run(name);
        else put.run(name, value);
      }
      this.db.exec('COMMIT');
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
    this.unwritten.clear();
    this.hasFailed = false;
  }
}

/** Forgets, while the node does not run, how far these subscribers have come. */
export const forgetPositions = (path: string, names: readonly string[]): void => {
  const positions = new Positions(path);
  for (const name of names) positions.forget(name);
  positions.close();
};

/** Whether a fault of a topic says that a position does not fit the log any more: no retry mends it. */
export const isPlaceLost = (error: unknown): boolean => LOST.has((error as { code?: unknown }).code);
const LOST: ReadonlySet<unknown> = new Set(['POSITION_LOST', 'POSITION_BEYOND_END', 'LOG_REPLACED']);

/** The position in the event store up to which a subscriber of this name has done everything; undefined before the first. */
export const storePosition = (positions: Positions, name: string): bigint | undefined => {
  const saved = positions.get(name);
  return saved === undefined ? undefined : BigInt(saved);
};

/** Saves that a subscriber has handled these events. */
export const saveStorePosition = (positions: Positions, name: string, events: readonly RecordedEvent[]): void => {
  const last = events.at(-1);
  if (last !== undefined) positions.set(name, last.position.toString());
};

const textOfPlaces = (places: readonly Position[]): string =>
  JSON.stringify(places.map((place) => ({ ...place, offset: place.offset.toString() })));

const placesIn = (saved: string | undefined): readonly Position[] => {
  if (saved === undefined) return [];
  const list = JSON.parse(saved) as (Omit<Position, 'offset'> & { offset: string })[];
  return list.map((position) => ({ ...position, offset: BigInt(position.offset) }));
};
