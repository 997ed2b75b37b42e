import { DatabaseSync } from 'node:sqlite';
import type { Heard } from '@delta-hub/handoff';
import { prepareOnce } from './prepared.js';
import { beatOf, type SignedBeat } from './signed-beats.js';

/** A time in which this node could not send: its last heartbeat that went out, and the last one that did not. */
export interface Gap {
  readonly before: SignedBeat;
  readonly alone: SignedBeat;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS line_heard(node TEXT PRIMARY KEY, jws TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS line_own(one INTEGER PRIMARY KEY CHECK(one = 1), sequence INTEGER NOT NULL, sent TEXT) STRICT;
  CREATE TABLE IF NOT EXISTS line_gaps(before_sequence INTEGER PRIMARY KEY, before_jws TEXT NOT NULL, alone_jws TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS line_evidence(before_sequence INTEGER NOT NULL, peer TEXT NOT NULL, jws TEXT, PRIMARY KEY(before_sequence, peer)) STRICT;`;
/** Gaps that are remembered at most: a peer that never comes back must not fill the disk. */
const MOST_GAPS = 100;

/** What a node remembers of its line: whom it heard last, and what it needs to show an outage. In the file of the positions. */
export class LineLog {
  private readonly db: DatabaseSync;
  private readonly sql;
  /** The rows of `line_heard`, read once. */
  private readonly last: Map<string, SignedBeat>;
  /** The rows of `line_gaps` by the sequence, the oldest first, read once: every heartbeat that is heard asks for them. */
  private readonly known: Map<number, Gap>;
  /** The rows of `line_evidence` by gap and peer, read once. */
  private readonly kept: Map<string, SignedBeat | 'done'>;

  constructor(path: string) {
    this.db = new DatabaseSync(path);
    this.db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000; ${SCHEMA}`);
    this.sql = prepareOnce(this.db);
    const rows = this.sql('SELECT jws FROM line_heard ORDER BY node').all();
    const beats = rows.map((row) => beatOf(String(row['jws'])));
    this.last = new Map(beats.map((beat) => [beat.node, beat]));
    const gaps = this.sql('SELECT before_jws, alone_jws FROM line_gaps ORDER BY before_sequence')
      .all()
      .map((row) => ({ before: beatOf(String(row['before_jws'])), alone: beatOf(String(row['alone_jws'])) }));
    this.known = new Map(gaps.map((gap) => [gap.before.sequence, gap]));
    const evidence = this.sql('SELECT before_sequence, peer, jws FROM line_evidence').all();
    this.kept = new Map(
      evidence.map(({ before_sequence: gap, peer, jws }) => [
        evidenceKey(Number(gap), String(peer)),
        typeof jws === 'string' ? beatOf(jws) : 'done',
      ]),
    );
  }

  /** The number of the next heartbeat; never the same twice. */
  nextSequence(): number {
    const row = this.sql(
      `INSERT INTO line_own(one, sequence) VALUES(1, 1)
         ON CONFLICT DO UPDATE SET sequence = sequence + 1 RETURNING sequence`,
    ).get();
    return Number(row?.['sequence']);
  }

  /** The number of the last heartbeat; 0 before the first. */
  sequence(): number {
    return Number(this.sql('SELECT sequence FROM line_own').get()?.['sequence'] ?? 0);
  }

  /** A heartbeat went out. */
  sent({ jws }: SignedBeat): void {
    this.sql('UPDATE line_own SET sent = ?').run(jws);
  }

  /** A heartbeat could not go out. Before the first that could there is nothing to show. */
  unsent(alone: SignedBeat): void {
    const sent = this.sql('SELECT sent FROM line_own').get()?.['sent'];
    if (typeof sent !== 'string') return;
    const before = beatOf(sent);
    this.sql(
      `INSERT INTO line_gaps(before_sequence, before_jws, alone_jws) VALUES(?, ?, ?)
         ON CONFLICT DO UPDATE SET alone_jws = excluded.alone_jws`,
    ).run(before.sequence, sent, alone.jws);
    this.known.set(before.sequence, { before, alone });
    for (const oldest of [...this.known.keys()].slice(0, -MOST_GAPS)) this.forget(oldest);
  }

  gaps(): readonly Gap[] {
    return [...this.known.values()];
  }

  /** A peer was heard. */
  heard(beat: SignedBeat): void {
    this.sql('INSERT INTO line_heard(node, jws) VALUES(?, ?) ON CONFLICT DO UPDATE SET jws = excluded.jws').run(
      beat.node,
      beat.jws,
    );
    this.last.set(beat.node, beat);
  }

  lastHeard(node: string): SignedBeat | undefined {
    return this.last.get(node);
  }

  heardOf(): readonly Heard[] {
    return [...this.last.values()].map(({ node, sequence, time }) => ({ node, sequence, time }));
  }

  /** A peer's heartbeat that shows the gap from the other side; the last one is kept. */
  shown({ before }: Gap, beat: SignedBeat): void {
    this.sql(
      `INSERT INTO line_evidence(before_sequence, peer, jws) VALUES(?, ?, ?)
         ON CONFLICT DO UPDATE SET jws = excluded.jws WHERE jws IS NOT NULL`,
    ).run(before.sequence, beat.node, beat.jws);
    const key = evidenceKey(before.sequence, beat.node);
    if (this.kept.get(key) !== 'done') this.kept.set(key, beat);
  }

  /** What a peer shows of a gap; `done` when it has been dealt with. */
  evidence({ before }: Gap, peer: string): SignedBeat | 'done' | undefined {
    return this.kept.get(evidenceKey(before.sequence, peer));
  }

  /** Nothing more is to be said about a gap and a peer. */
  done({ before }: Gap, peer: string): void {
    this.sql(
      `INSERT INTO line_evidence(before_sequence, peer, jws) VALUES(?, ?, NULL)
         ON CONFLICT DO UPDATE SET jws = NULL`,
    ).run(before.sequence, peer);
    this.kept.set(evidenceKey(before.sequence, peer), 'done');
  }

  close(): void {
    this.db.close();
  }

  private forget(gap: number): void {
    for (const table of ['line_gaps', 'line_evidence'])
      this.sql(`DELETE FROM ${table} WHERE before_sequence = ?`).run(gap);
    this.known.delete(gap);
    for (const key of this.kept.keys()) if (key.startsWith(`${gap} `)) this.kept.delete(key);
  }
}

const evidenceKey = (gap: number, peer: string): string => `${gap} ${peer}`;
