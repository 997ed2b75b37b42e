import type { DatabaseSync } from 'node:sqlite';

/** A fact as it is counted: the node that signed it, and whom it is meant for. */
export interface Counted {
  readonly source: string;
  readonly recipients: readonly string[];
}

export const TALLY_SCHEMA = `
  CREATE TABLE IF NOT EXISTS told(node TEXT NOT NULL, position INTEGER NOT NULL, facts INTEGER NOT NULL, PRIMARY KEY(node, position)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS taken(node TEXT PRIMARY KEY, facts INTEGER NOT NULL) STRICT, WITHOUT ROWID;`;

/** How many facts this node has for each other node, and of each. Part of the read models: written in their transaction. */
export class TallyTable {
  private readonly sql;

  constructor(db: DatabaseSync) {
    this.sql = {
      told: db.prepare('SELECT facts FROM told WHERE node = ? AND position <= ? ORDER BY position DESC LIMIT 1'),
      tell: db.prepare('INSERT INTO told(node, position, facts) VALUES(?, ?, ?)'),
      taken: db.prepare('SELECT facts FROM taken WHERE node = ?'),
      take: db.prepare(
        'INSERT INTO taken(node, facts) VALUES(?, ?) ON CONFLICT DO UPDATE SET facts = facts + excluded.facts',
      ),
      refused: db.prepare(
        `SELECT count(DISTINCT record ->> 'refusedId') AS facts FROM refusals
         WHERE record ->> 'refusedSource' = ? AND NOT EXISTS (SELECT 1 FROM facts WHERE id = record ->> 'refusedId')`,
      ),
    };
  }

  /** Counts the facts of the store that come up to `position`, behind all that were counted before. */
  count(node: string, facts: readonly Counted[], position: bigint): void {
    const own = facts.filter(({ source }) => source === node).flatMap(({ recipients }) => recipients);
    for (const [peer, meant] of Map.groupBy(own, (recipient) => recipient))
      if (peer !== node) this.sql.tell.run(peer, position, this.told(peer, position) + meant.length);
    // Also what was passed on by somebody else is here; its author has not told of it.
    const others = facts.filter(({ source, recipients }) => source !== node && recipients.includes(node));
    for (const [peer, came] of Map.groupBy(others, ({ source }) => source)) this.sql.take.run(peer, came.length);
  }

  /** How many facts of this node, up to a position of its store, are meant for another; rather too few than too many. */
  told(peer: string, position: bigint): number {
    return Number(this.sql.told.get(peer, position)?.['facts'] ?? 0);
  }

  /** How many facts of another node are here that it meant for this one. */
  taken(peer: string): number {
    return Number(this.sql.taken.get(peer)?.['facts'] ?? 0);
  }

  /** How many facts of another node came and are not here since they were refused. */
  refused(peer: string): number {
    return Number(this.sql.refused.get(`urn:delta-hub:node:${peer}`)?.['facts'] ?? 0);
  }
}
