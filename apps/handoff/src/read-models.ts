import { agencyById, type EventData, eventName, wireType } from '@delta-hub/contracts';
import { chainOf, hubRules, rulesText } from '@delta-hub/handoff';
import type { Arrival, Instant, PersonEvent, StateKey, TransferSummary } from '@delta-hub/handoff';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { CASE_SCHEMA, CaseTable, type TransferQuery } from './case-table.js';
import { COPY_SCHEMA, CopyTable } from './copy-table.js';
import { DUTY_SCHEMA, type DutyPlace, type DutyRow, DutyTable } from './duty-table.js';
import { PastFacts } from './past-facts.js';
import { prepareOnce } from './prepared.js';
import { TALLY_SCHEMA, TallyTable } from './tally-table.js';
import type { View } from './view.js';

type RefusalIssued = EventData['refusal.issued'];

const BREACHED = wireType('transfer.deadline-breached');

/** In pages of 16 KB a commit takes half as long as in those of 4 KB (ADR 13). Copied back after 32 MB. */
const SCHEMA = `
  PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000; PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=2048;
  CREATE TABLE IF NOT EXISTS persons(id TEXT PRIMARY KEY, intake TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS facts(position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, stream TEXT NOT NULL, type TEXT NOT NULL, node TEXT NOT NULL, agency TEXT, occurred_at TEXT NOT NULL, signed_at TEXT NOT NULL, received_at TEXT NOT NULL, command TEXT NOT NULL, jws TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS facts_stream ON facts(stream);
  CREATE INDEX IF NOT EXISTS facts_command ON facts(command);
  CREATE INDEX IF NOT EXISTS facts_breached ON facts(occurred_at) WHERE type = '${BREACHED}';
  CREATE TABLE IF NOT EXISTS merges(person TEXT NOT NULL, stream TEXT NOT NULL, PRIMARY KEY(person, stream)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS refusals(id TEXT PRIMARY KEY, position INTEGER NOT NULL, record TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS outages(id TEXT PRIMARY KEY, node TEXT NOT NULL, peer TEXT NOT NULL, began TEXT NOT NULL, ended TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS progress(one INTEGER PRIMARY KEY CHECK(one = 1), position INTEGER NOT NULL) STRICT;`;

/** One signed event as a list shows it. Instants are UTC. */
export interface FactRow {
  readonly id: string;
  readonly position: number;
  readonly stream: string;
  readonly type: string;
  readonly node: string;
  readonly agency: string | null;
  readonly occurredAt: Instant;
  readonly signedAt: Instant;
  /** When this node took it into its store. */
  readonly receivedAt: Instant;
  readonly command: string;
  readonly jws: string;
}

/** The registration of a person, as their own stream holds it. */
export interface PersonIntake {
  readonly personId: string;
  readonly stream: string;
  readonly event: PersonEvent;
}

/** A time in which two nodes did not hear each other, as both of them showed. Instants are UTC. */
export interface OutageRow {
  readonly id: string;
  readonly node: string;
  readonly peer: string;
  readonly from: Instant;
  readonly until: Instant;
}

/** A refused record of another node, as its signed refusal tells it. */
export interface RefusalRow {
  readonly id: string;
  readonly position: number;
  readonly record: RefusalIssued;
}

const FACT = `SELECT id, position, stream, type, node, agency, occurred_at AS occurredAt, signed_at AS signedAt, received_at AS receivedAt, command, jws FROM facts`;

const OUTAGE = 'SELECT id, node, peer, began AS "from", ended AS until FROM outages';

const ALL_TABLES = [SCHEMA, CASE_SCHEMA, DUTY_SCHEMA, COPY_SCHEMA, TALLY_SCHEMA].join('\n');

/**
 * Names the shape of the tables and the rules by which they were filled: under others they are built anew
 * (PRAGMA user_version, 31 bits).
 */
const shape = (): number =>
  createHash('sha256').update(ALL_TABLES).update(rulesText(hubRules)).digest().readUInt32BE() >>> 1;

/** Tables of another shape are left behind: what is in them is derived, and is built anew from the event store. */
const openTables = (path: string): DatabaseSync => {
  const db = new DatabaseSync(path);
  const expected = shape();
  const found = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  const isEmpty = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables'] === 0;
  if (found !== expected && !isEmpty) {
    db.close();
    for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
    return openTables(path);
  }
  db.exec(ALL_TABLES);
  db.exec(`PRAGMA user_version = ${expected}`);
  return db;
};

/** So many events are committed together: a page that many of them change is written once. */
const TOGETHER = 1024;
/** After a fault so many are committed by themselves: more than were taken back with the one that failed. */
const CAREFULLY = 4 * TOGETHER;

/**
 * What queries read: derived from the event store alone. The position is in the same file: without the file they are built anew.
 * Only the projector writes it. What was applied is read at once, and committed with what comes after it; what a crash
 * takes back is done again.
 */
export class ReadModels {
  private readonly db: DatabaseSync;
  private readonly sql;
  private uncommitted = 0;
  private carefully = 0;
  /** Told when all that was not committed has been taken back. */
  takenBack: () => void = () => undefined;
  readonly cases: CaseTable;
  /** The open duties of every case. */
  readonly duties: DutyTable;
  readonly past: PastFacts;
  /** The copies of every recipient. */
  readonly copies: CopyTable;
  /** How many facts are meant for each other node, and how many of each are here. */
  readonly tally: TallyTable;

  constructor(path: string) {
    this.db = openTables(path);
    this.sql = prepareOnce(this.db);
    this.cases = new CaseTable(this.db);
    this.duties = new DutyTable(this.db, (agency) => chainOf(agency, agencyById));
    this.past = new PastFacts(this.db);
    this.copies = new CopyTable(this.db);
    this.tally = new TallyTable(this.db);
  }

  position(): bigint | undefined {
    const row = this.sql('SELECT position FROM progress').get();
    return row === undefined ? undefined : BigInt(Number(row['position']));
  }

  /**
   * Writes what some events change and the position of the last together. Where it cannot, all that was not committed is
   * taken back.
   */
  apply(position: bigint, write: () => void, events = 1): void {
    this.orTakeBack(() => {
      if (!this.db.isTransaction) this.db.exec('BEGIN IMMEDIATE');
      write();
      this.sql(
        'INSERT INTO progress(one, position) VALUES(1, ?) ON CONFLICT(one) DO UPDATE SET position = excluded.position',
      ).run(position);
    });
    this.uncommitted += events;
    this.carefully = Math.max(0, this.carefully - events);
    if (this.uncommitted >= TOGETHER || this.carefully > 0) this.commit();
  }

  /** Where it cannot, all that was not committed is taken back. */
  commit(): void {
    this.orTakeBack(() => {
      if (this.db.isTransaction) this.db.exec('COMMIT');
    });
    this.uncommitted = 0;
  }

  private orTakeBack(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      this.uncommitted = 0;
      this.carefully = CAREFULLY;
      this.cases.forget();
      this.takenBack();
      throw error;
    }
  }

  putFact(fact: FactRow): void {
    this.sql(
      'INSERT OR REPLACE INTO facts(id, position, stream, type, node, agency, occurred_at, signed_at, received_at, command, jws) VALUES(?,?,?,?,?,?,?,?,?,?,?)',
    ).run(
      fact.id,
      fact.position,
      fact.stream,
      fact.type,
      fact.node,
      fact.agency,
      fact.occurredAt,
      fact.signedAt,
      fact.receivedAt,
      fact.command,
      fact.jws,
    );
  }

  putPerson(intake: PersonIntake): void {
    this.sql('INSERT OR REPLACE INTO persons(id, intake) VALUES(?, ?)').run(intake.personId, JSON.stringify(intake));
  }

  /** Notes that something was said, in a stream, of two ids being one person. */
  putMerge(stream: string, persons: readonly string[]): void {
    for (const person of persons)
      this.sql('INSERT OR IGNORE INTO merges(person, stream) VALUES(?, ?)').run(person, stream);
  }

  mergeStreams(person: string): readonly string[] {
    return this.sql('SELECT stream FROM merges WHERE person = ? ORDER BY stream')
      .all(person)
      .map((row) => String(row['stream']));
  }

  putRefusal(refusal: RefusalRow): void {
    this.sql('INSERT OR REPLACE INTO refusals(id, position, record) VALUES(?,?,?)').run(
      refusal.id,
      refusal.position,
      JSON.stringify(refusal.record),
    );
  }

  putOutage({ id, node, peer, from, until }: OutageRow): void {
    this.sql('INSERT OR REPLACE INTO outages(id, node, peer, began, ended) VALUES(?,?,?,?,?)').run(
      id,
      node,
      peer,
      from,
      until,
    );
  }

  openDuties(agency: string, after: DutyPlace | undefined, limit: number, withSealed = false): readonly DutyRow[] {
    return this.duties.of(agency, after, limit, withSealed);
  }

  /** The newest hundred, by their beginning; of a view those of which the node knew, that had begun. */
  outages({ asOf, validAt }: View = {}): readonly OutageRow[] {
    return this.sql(
      `SELECT o.id, o.node, o.peer, o.began AS "from", o.ended AS until FROM outages o JOIN facts f ON f.id = o.id
         WHERE (?1 IS NULL OR f.received_at <= ?1) AND (?2 IS NULL OR o.began <= ?2)
         ORDER BY o.began DESC, o.node, o.peer LIMIT 100`,
    ).all(asOf ?? null, validAt ?? null) as unknown as OutageRow[];
  }

  outage(id: string): OutageRow | undefined {
    return this.sql(`${OUTAGE} WHERE id = ?`).get(id) as unknown as OutageRow | undefined;
  }

  /** Every outage between two nodes, whichever of them declared it. */
  outagesBetween(one: string, other: string): readonly OutageRow[] {
    return this.sql(`${OUTAGE} WHERE (node = ?1 AND peer = ?2) OR (node = ?2 AND peer = ?1) ORDER BY began, id`).all(
      one,
      other,
    ) as unknown as OutageRow[];
  }

  /** When the acts of a case were signed, and when they came to this node; of each kind the first. */
  arrivals(stream: string): Readonly<Partial<Record<StateKey, Arrival>>> {
    const rows = this.sql(
      'SELECT type, signed_at AS signedAt, received_at AS receivedAt FROM facts WHERE stream = ? ORDER BY position DESC',
    ).all(stream) as unknown as readonly (Arrival & { readonly type: string })[];
    return Object.fromEntries(
      rows.map(({ type, signedAt, receivedAt }) => [eventName(type) ?? type, { signedAt, receivedAt }]),
    );
  }

  /** The cases in which a limit was found broken between two instants. */
  breachedBetween(from: Instant, until: Instant): readonly string[] {
    return this.sql(
      `SELECT DISTINCT stream FROM facts WHERE type = '${BREACHED}' AND occurred_at BETWEEN ? AND ? ORDER BY stream`,
    )
      .all(from, until)
      .map((row) => String(row['stream']));
  }

  transfer(id: string): TransferSummary | undefined {
    return this.cases.of(id);
  }

  transfersOfPerson(person: string): readonly TransferSummary[] {
    return this.cases.ofPerson(person);
  }

  transfers(query: TransferQuery): readonly { readonly touched: number; readonly summary: TransferSummary }[] {
    return this.cases.page(query);
  }

  person(id: string): PersonIntake | undefined {
    const row = this.sql('SELECT intake FROM persons WHERE id = ?').get(id);
    return row === undefined ? undefined : (JSON.parse(String(row['intake'])) as PersonIntake);
  }

  fact(id: string): FactRow | undefined {
    return this.sql(`${FACT} WHERE id = ?`).get(id) as unknown as FactRow | undefined;
  }

  factsOfStream(stream: string): readonly FactRow[] {
    return this.sql(`${FACT} WHERE stream = ? ORDER BY position`).all(stream) as unknown as FactRow[];
  }

  /** The stream in which a command was carried out. */
  streamOfCommand(command: string): string | undefined {
    const row = this.sql('SELECT stream FROM facts WHERE command = ? ORDER BY position LIMIT 1').get(command);
    return row === undefined ? undefined : String(row['stream']);
  }

  /** Where the records lie that were refused. */
  refusedPlaces(): readonly Pick<RefusalIssued, 'topic' | 'partition' | 'offset'>[] {
    return this.sql(
      `SELECT record ->> 'topic' AS topic, record ->> 'partition' AS partition, record ->> 'offset' AS "offset" FROM refusals`,
    ).all() as unknown as readonly Pick<RefusalIssued, 'topic' | 'partition' | 'offset'>[];
  }

  refusalCount(): number {
    return Number(this.sql('SELECT count(*) AS refusals FROM refusals').get()?.['refusals']);
  }

  refusals(before: number | undefined, limit: number, { asOf, validAt }: View = {}): readonly RefusalRow[] {
    const rows = this.sql(
      `SELECT r.id, r.position, r.record FROM refusals r JOIN facts f ON f.id = r.id
         WHERE r.position < ?1 AND (?3 IS NULL OR f.received_at <= ?3) AND (?4 IS NULL OR f.occurred_at <= ?4)
         ORDER BY r.position DESC LIMIT ?2`,
    ).all(before ?? Number.MAX_SAFE_INTEGER, limit, asOf ?? null, validAt ?? null);
    return rows.map((row) => ({
      id: String(row['id']),
      position: Number(row['position']),
      record: JSON.parse(String(row['record'])) as RefusalIssued,
    }));
  }

  close(): void {
    try {
      this.commit();
    } finally {
      this.db.close();
    }
  }
}
